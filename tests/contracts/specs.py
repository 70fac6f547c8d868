"""Every hook that there is, for the contracts."""

from __future__ import annotations

from collections.abc import Iterator

from hookdesk.hookspecs import CORE_SPECS
from hookdesk.hookspecs.spec import SpecInfo, specs_of
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import import_plugin


def every_spec() -> Iterator[tuple[type, SpecInfo]]:
    """The hooks of core and of the plugins in the box, with the class that declares each."""
    holders = list(CORE_SPECS)
    for found in discover().values():
        if found.is_builtin:
            holders += import_plugin(found).hookspecs
    for holder in holders:
        for info in specs_of(holder):
            yield holder, info
