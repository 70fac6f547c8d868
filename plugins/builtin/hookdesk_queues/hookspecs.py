"""The hook by which other plugins add columns to lists of tickets."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import ListColumn, Shape, When, spec


class QueueHooks:
    """Queues: what their rows can show."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def list_columns(self) -> Sequence[ListColumn] | None:
        """Further columns of lists and their exports, and marks beside the subject. Fields of conditions are columns without being named.

        A mark is asked for on every page of a list: it may take one cheap query, and none if there is nothing to show.
        """
