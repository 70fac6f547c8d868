"""The pages of the knowledge base: importing this package puts every view on the blueprint."""

from hookdesk_kb.views import categories, desk, edit, feedback, inserting, portal, served, suggest, versions
from hookdesk_kb.views.blueprint import bp

__all__ = ["bp", "categories", "desk", "edit", "feedback", "inserting", "portal", "served", "suggest", "versions"]
