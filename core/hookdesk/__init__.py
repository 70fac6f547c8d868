"""Hookdesk: a helpdesk made of plugins. Plugin authors import from `hookdesk.api`."""

__version__ = "0.1.0"
