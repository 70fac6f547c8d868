"""The hook by which other plugins make what they keep about tickets findable."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Event, Shape, When, spec


class SearchHooks:
    """Search: what else is found of a ticket."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def search_words(self, *, ticket_ids: Sequence[int]) -> Sequence[tuple[int, str, bool]] | None:
        """Further words of these tickets, up to a few hundred: (ticket id, words, whether agents alone find it by them).

        Asked outside any transaction, when a ticket is indexed. `ticket_changed` with a `what` that begins with "field:" indexes it anew.
        """

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def search_words_changed(self, *, event: Event) -> None:
        """What `search_words` says of some tickets has changed: they are indexed anew. Emit it, a hundred tickets at a time.

        `event.data`: ticket_ids.
        """
