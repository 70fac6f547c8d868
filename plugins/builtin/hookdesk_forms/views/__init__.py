"""The pages: importing this package puts every view on the blueprint."""

from hookdesk_forms.views import admin, fetching, fields, lists, owners, ticket, topic
from hookdesk_forms.views.blueprint import bp

__all__ = ["admin", "bp", "fetching", "fields", "lists", "owners", "ticket", "topic"]
