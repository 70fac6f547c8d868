"""The portal's pages: importing this package puts every view on the blueprint."""

from hookdesk_portal.views import check, ending, home, open, tickets
from hookdesk_portal.views.blueprint import bp

__all__ = ["bp", "check", "ending", "home", "open", "tickets"]
