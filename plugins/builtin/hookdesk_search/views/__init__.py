"""The search's pages: each module adds its routes to the one blueprint."""

from hookdesk_search.views import admin, results, suggesting
from hookdesk_search.views.blueprint import bp

__all__ = ["admin", "bp", "results", "suggesting"]
