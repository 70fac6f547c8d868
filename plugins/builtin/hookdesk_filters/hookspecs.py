"""The hook that other plugins implement to give rules more to do."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import FilterAction, Shape, When, spec


class FilterHooks:
    """Filters: what rules about new tickets can do."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def filter_actions(self) -> Sequence[FilterAction] | None:
        """Further actions for rules. Their names stay for ever: saved rules name them."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def own_addresses(self) -> Sequence[str] | None:
        """Addresses at which mail becomes tickets here: a rule that mails to one of them is a loop."""
