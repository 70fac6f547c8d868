"""Words that a queue's tickets contain: asked of whatever searches here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from hookdesk.api import RunningHooks, Ticket, fulltext, listing, site


def can_search() -> bool:
    """True if anything here searches."""
    return bool(site().hooks.collect(RunningHooks.search_backends))


def where(words: Sequence[str]) -> tuple[ColumnElement[bool], ...] | None:
    """The condition for each; None if nothing here can look for them."""
    found = [condition for one in words if (condition := _where(one)) is not None]
    return tuple(found) if len(found) == len(words) else None


def _where(words: str) -> ColumnElement[bool] | None:
    """Tickets that contain all of these, of the newest that do."""
    matching = listing.matches(words)
    return None if matching is None else Ticket.id.in_(select(matching.subquery().c.id))


def are_words(text: str) -> bool:
    """True if there is anything to look for."""
    return bool(fulltext.terms(text))
