"""Core's pages, gathered: importing this module puts every view on the blueprint."""

from hookdesk.web import files, health, signin
from hookdesk.web.blueprint import bp

__all__ = ["bp", "files", "health", "signin"]
