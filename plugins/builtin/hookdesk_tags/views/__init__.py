"""The pages: tags on a ticket, tags in the admin panel."""

from hookdesk_tags.views import admin, ticket
from hookdesk_tags.views.blueprint import bp

__all__ = ["admin", "bp", "ticket"]
