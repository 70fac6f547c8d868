"""The pages."""

from hookdesk_accounts.views import joining, people, profile, signing
from hookdesk_accounts.views.blueprint import bp

__all__ = ["bp", "joining", "people", "profile", "signing"]
