"""Permissions in groups, core's and those that plugins add, as forms show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flask_babel import gettext as _

from hookdesk.api import AccessHooks, site

Named = tuple[str, str, str]
Groups = Mapping[str, Sequence[tuple[str, str]]]


def grouped(own: Sequence[Named], held: Collection[str]) -> Groups:
    """Group → (name, label) of each permission; what is held but no plugin knows any more has a group of its own."""
    groups: dict[str, list[tuple[str, str]]] = {}
    known = set()
    for name, label, group in [*own, *site().hooks.collect(AccessHooks.permissions)]:
        if name not in known:
            groups.setdefault(str(group), []).append((name, str(label)))
            known.add(name)
    if gone := sorted(set(held) - known):
        groups[_("Of plugins that are switched off")] = [(name, name) for name in gone]
    return groups


def flat(groups: Groups) -> list[tuple[str, str]]:
    """All of them, as the choices of a field."""
    return [pair for group in groups.values() for pair in group]
