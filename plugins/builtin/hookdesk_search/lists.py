"""What was searched for as a list of the desk: its tickets lead back to it, and can be changed or exported together."""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, select

from hookdesk.api import Actor, Group, Ticket, criteria, fulltext, listing
from hookdesk_desk import fields
from hookdesk_desk.queues import Queue

PREFIX = "search-"
MOST_KEY, MOST_JSON = 3_000, 20_000


@dataclass(frozen=True, slots=True)
class FoundList(Queue):
    """Tickets that contain words and meet conditions (`asked`, as JSON). Words name them by their ids, and never very many."""

    words: str = ""
    asked: Mapping[str, Any] | None = None

    def conditions(self, actor: Actor) -> tuple[ColumnElement[bool], ...]:
        """What its tickets meet."""
        found = list(where(actor, group_of(actor, self.asked)))
        if self.words:
            matching = listing.matches(self.words)
            found.append(false() if matching is None else Ticket.id.in_(select(matching.subquery().c.id)))
        return tuple(found)

    def url(self, **args: Any) -> str:
        """The page of results."""
        return address(self.words, self.asked, **args)


def address(words: str, asked: Mapping[str, Any] | None, **args: Any) -> str:
    """The address of results."""
    return url_for("search.results", q=words or None, conditions=said(asked) or None, **args)


def said(asked: Mapping[str, Any] | None) -> str:
    """Conditions as they stand in an address; "" for none."""
    return json.dumps(asked, ensure_ascii=False, separators=(",", ":")) if asked and asked.get("parts") else ""


def group_of(actor: Actor, asked: Mapping[str, Any] | None) -> Group:
    """Conditions, over the fields and choices that the actor may know of.

    Raises:
        CriteriaProblem: they cannot be asked.
    """
    return criteria.load(asked, fields.offered(actor), is_stored=True) if asked else criteria.EMPTY


def where(actor: Actor, group: Group) -> tuple[ColumnElement[bool], ...]:
    """Conditions as SQL."""
    known = fields.stored()
    return (criteria.where(criteria.resolved(group, known, actor), known),) if group.parts else ()


def made(words: str, asked: Mapping[str, Any] | None) -> FoundList:
    """The list of a search."""
    told = json.dumps([words, asked], ensure_ascii=False, separators=(",", ":"))
    key = PREFIX + urlsafe_b64encode(zlib.compress(told.encode(), 9)).decode().rstrip("=")
    found = FoundList(key, _("Search results"), "search", "", words=words, asked=asked)
    return replace(found, is_bounded=not words, is_listed=bool(words))


def of_key(actor: Actor, key: str) -> FoundList | None:
    """The list again; None for a key that is not ours, or asks for what this agent cannot ask."""
    if not key.startswith(PREFIX) or len(key) > MOST_KEY:
        return None
    try:
        packed = urlsafe_b64decode(key.removeprefix(PREFIX) + "=" * (-len(key.removeprefix(PREFIX)) % 4))
        words, asked = json.loads(zlib.decompressobj().decompress(packed, MOST_JSON))
        group_of(actor, asked)
    except (ValueError, TypeError, AttributeError, RecursionError, zlib.error):
        return None
    return made(str(words)[: fulltext.MOST_CHARACTERS], asked)
