"""The filters' pages in the admin panel."""

from hookdesk_filters.views import dry, edit, history, overview, trying
from hookdesk_filters.views.blueprint import bp

__all__ = ["bp", "dry", "edit", "history", "overview", "trying"]
