"""The pages, gathered: importing this package puts every view on the blueprint."""

from hookdesk_email_in.views import channels, inspect
from hookdesk_email_in.views.blueprint import bp

__all__ = ["bp", "channels", "inspect"]
