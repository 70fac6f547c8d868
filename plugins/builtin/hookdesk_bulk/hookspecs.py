"""The hook that other plugins implement to give agents more to do with many tickets."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import BulkAction, Shape, When, spec


class BulkHooks:
    """Many tickets at once: what agents can do with those that they selected."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def bulk_actions(self) -> Sequence[BulkAction] | None:
        """Further actions for selected tickets. They run in requests and in a job; their names are stored with what was done."""
