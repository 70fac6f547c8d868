"""Hooks around persons: what is kept about them, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hookdesk.hookspecs.spec import Combine, Shape, When, spec
from hookdesk.types.events import Event


class PeopleHooks:
    """Persons: merged, exported, erased. A plugin that keeps rows about users answers all three."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def person_records(self, *, user_id: int) -> Sequence[tuple[str, Any]] | None:
        """What this plugin keeps about a person, for the file that they may ask for: (name of the part, JSON). No secrets."""

    @spec(Shape.COLLECT, combine=Combine.ANY_VETO, when=When.REQUEST, since="0.1")
    def address_allowed(self, *, address: str) -> str | None:
        """Say why a user or agent may not be given an e-mail address; None lets it be theirs."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def users_merged(self, *, event: Event) -> None:
        """Two users became one: give the survivor what the other had. `event.data`: survivor_id, merged_id.

        The other's row stays until every plugin has been told, so that foreign keys still hold.
        """

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def person_erased(self, *, event: Event) -> None:
        """A person is to be forgotten: drop what names them. `event.data`: user_id, addresses.

        Core's rows name nobody any more. If the user or their tickets go, they go after every plugin has been told.
        """
