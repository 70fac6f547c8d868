"""Needs a module that nobody has."""

import a_module_that_is_not_there  # noqa: F401

from hookdesk.api import Plugin


class Broken(Plugin):
    """Import error"""
