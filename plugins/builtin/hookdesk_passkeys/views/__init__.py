"""The pages, gathered: importing this package puts every view on the blueprint."""

from hookdesk_passkeys.views import doors, own
from hookdesk_passkeys.views.blueprint import bp

__all__ = ["bp", "doors", "own"]
