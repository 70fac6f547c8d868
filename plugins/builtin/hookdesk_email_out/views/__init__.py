"""The pages, gathered: importing this package puts every view on the blueprint."""

from hookdesk_email_out.views import accounts, alerts, deliveries, mailed, profile, queue, sets, templates
from hookdesk_email_out.views.blueprint import bp

__all__ = ["accounts", "alerts", "bp", "deliveries", "mailed", "profile", "queue", "sets", "templates"]
