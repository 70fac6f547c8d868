"""Slots: what is declared stands in a template, and what stands in a template is declared, with the same arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hookdesk.hookspecs import WebHooks
from hookdesk.hookspecs.spec import ASKED_FOR
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import import_plugin
from hookdesk.types.web import Slot
from hookdesk.web.pages import SLOTS

ROOT = Path(__file__).resolve().parents[2]
USE = re.compile(r"""\bslot\(\s*["']([\w.]+)["']([^)]*)\)""")


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


@pytest.mark.parametrize(("hook", "argument"), [("template_slot", "slot"), ("nav_items", "area")])
def test_a_plugin_in_the_box_costs_nothing_where_it_adds_nothing(hook: str, argument: str) -> None:
    """Each says which slots and which navigation it fills, and is not asked about the others; a slot that it fills is there."""
    for found in discover().values():
        method = getattr(import_plugin(found), hook, None) if found.is_builtin else None
        if method is not None:
            asked = getattr(method, ASKED_FOR, {}).get(argument, frozenset())
            assert asked, found.slug
            assert hook == "nav_items" or asked <= set(DECLARED), found.slug


def test_each_says_where_it_is() -> None:
    assert all(slot.doc.endswith(".") and slot.doc[0].isupper() for slot in DECLARED.values())
