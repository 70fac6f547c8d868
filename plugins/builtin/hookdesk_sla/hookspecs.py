"""Hooks that plans declare."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Shape, When, spec


class PlanHooks:
    """SLA plans: who gives them to tickets."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def sla_uses(self, *, ref: str) -> Sequence[str] | None:
        """What of yours names this plan, in words ("help topic Billing"); it is not deleted while there is any."""
