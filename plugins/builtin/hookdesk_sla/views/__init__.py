"""The plugin's pages."""

from hookdesk_sla.views import departments, plans, tickets
from hookdesk_sla.views.blueprint import bp

__all__ = ["bp", "departments", "plans", "tickets"]
