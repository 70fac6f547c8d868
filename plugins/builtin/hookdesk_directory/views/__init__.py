"""The directory's pages, gathered: importing this package puts every view on the blueprint."""

from hookdesk_directory.views import colleagues, departments, organizations, users
from hookdesk_directory.views.blueprint import bp

__all__ = ["bp", "colleagues", "departments", "organizations", "users"]
