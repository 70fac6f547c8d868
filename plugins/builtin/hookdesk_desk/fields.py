"""The fields of stored tickets that agents may ask for, in the words of whoever reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from flask_babel import get_locale

from hookdesk.api import Actor, Field, cached, criteria
from hookdesk_desk.directory import directory


def stored() -> Mapping[str, Field]:
    """The fields of stored tickets whose values agents see, in the reader's words."""

    def build() -> Mapping[str, Field]:
        known = criteria.known_fields().values()
        return {field.name: field for field in known if field.column is not None and not field.is_secret}

    return cached(f"desk.fields.{get_locale()}", build)


def offered(actor: Actor) -> Mapping[str, Field]:
    """The same with the choices that somebody may know of: an agent is offered no department, agent or team that is hidden from them,
    and organizations only where they may look through all of them.
    """
    if actor.is_admin:
        return stored()
    places = directory()
    seen = {
        "department": [(one.id, one.name) for one in places.departments],
        "assignee": [(one.id, one.name) for one in places.agents],
        "team": [(one.id, one.name) for one in places.teams],
    } | ({} if actor.may("user.directory") else {"organization": None})
    found = dict(stored())
    for name, choices in seen.items():
        found[name] = replace(found[name], choices=None if choices is None else partial(list, choices))
    return found
