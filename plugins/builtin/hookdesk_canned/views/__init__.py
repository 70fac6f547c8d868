"""The pages of canned responses, and what the composer asks for."""

from hookdesk_canned.views import insert, manage
from hookdesk_canned.views.blueprint import bp

__all__ = ["bp", "insert", "manage"]
