"""The pages, gathered: importing this package puts every view on its blueprint."""

from hookdesk_email_in.views import channels, inspect, originals
from hookdesk_email_in.views.blueprint import bp, mails

__all__ = ["bp", "channels", "inspect", "mails", "originals"]
