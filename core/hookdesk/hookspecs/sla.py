"""Hooks about promises: plans, working time, deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.hookspecs.spec import Combine, Shape, When, spec
from hookdesk.types.events import Event
from hookdesk.types.sla import BusinessCalendar, Due


class SlaHooks:
    """SLA: who keeps plans and working hours, what is due, and what became of it."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def sla_choices(self) -> Sequence[tuple[str, str]] | None:
        """Plans that a topic, a department or a filter can name: (reference, name)."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def sla_label(self, *, ref: str) -> str | None:
        """The name of a plan by its reference; None if it is gone or not yours."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def sla_due(self, *, ticket_ids: Sequence[int]) -> Mapping[int, Due] | None:
        """What is due next on each of these tickets, for lists and the ticket's head; tickets without a deadline are left out."""

    @spec(Shape.COLLECT, combine=Combine.ANY_VETO, when=When.AFTER, since="0.1")
    def sla_paused(self, *, ticket: Mapping[str, Any]) -> str | None:
        """Stop a ticket's clocks while it stands as it does (`ticket` has the fields of `TicketView`): return the reason, or None."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def calendar_choices(self) -> Sequence[tuple[str, str]] | None:
        """Schedules of working hours that a plan or a department can name: (reference, name)."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def business_calendar(self, *, ref: str) -> BusinessCalendar | None:
        """The working hours behind a reference; "" asks for the site's usual ones. None if it is gone or not yours."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def sla_warned(self, *, event: Event) -> None:
        """The last part of a deadline's time has begun. `event.data`: as in `sla_breached`."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def sla_breached(self, *, event: Event) -> None:
        """A deadline has passed, told once.

        `event.data`: ticket_id, number, target ("first_response", "next_response" or "resolution"), target_name, due_at (ISO 8601),
        sla (the plan's reference, "" for a date that an agent set), plan (its name), alert (False: the plan wants nobody alerted).
        """

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def sla_escalated(self, *, event: Event) -> None:
        """A step of a plan's escalation was taken. `event.data`: as in `sla_breached`, and act, words, agent_ids (whom the step tells)."""
