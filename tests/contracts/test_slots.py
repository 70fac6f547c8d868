"""Slots: what is declared stands in a template, and what stands in a template is declared, with the same arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hookdesk.hookspecs import WebHooks
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import import_plugin
from hookdesk.types.web import Slot
from hookdesk.web.pages import SLOTS

ROOT = Path(__file__).resolve().parents[2]
USE = re.compile(r"""\bslot\(\s*["']([\w.]+)["']([^)]*)\)""")
CONTENT = re.compile(r"""slot\s*(?:==|!=)\s*["']([\w.]+)["']""")


def declared() -> Iterator[Slot]:
    """The slots of core and of the plugins in the box."""
    yield from SLOTS
    for found in discover().values():
        if found.is_builtin:
            slots = getattr(import_plugin(found)(), WebHooks.slots.__name__, None)
            yield from (slots() or ()) if slots else ()


DECLARED = {slot.name: slot for slot in declared()}


def used() -> dict[str, set[str]]:
    """Slot → the arguments that templates hand over."""
    found: dict[str, set[str]] = {}
    for root in ("core", "plugins", "themes"):
        for file in (ROOT / root).rglob("*.html"):
            for name, words in USE.findall(file.read_text(encoding="utf-8")):
                found.setdefault(name, set()).update(re.findall(r"(\w+)\s*=", words))
    return found


@pytest.mark.parametrize("name", sorted(set(DECLARED) | set(used())))
def test_a_slot_is_declared_and_used_with_the_same_arguments(name: str) -> None:
    assert name in DECLARED, "a template has a slot that nobody declares"
    assert name in used(), "no template has this slot"
    assert used()[name] == set(DECLARED[name].args)


def test_what_plugins_fill_is_declared() -> None:
    filled = {
        name for file in (ROOT / "plugins").rglob("*.py") for name in CONTENT.findall(file.read_text(encoding="utf-8"))
    }
    assert filled <= set(DECLARED)


def test_each_says_where_it_is() -> None:
    assert all(slot.doc.endswith(".") and slot.doc[0].isupper() for slot in DECLARED.values())
