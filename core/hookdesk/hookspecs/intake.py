"""Hooks for what comes in, from the raw record to the settled outcome."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.hookspecs.spec import Combine, Shape, When, spec
from hookdesk.types.actors import Actor
from hookdesk.types.drafts import NumberFormat, TicketDraft
from hookdesk.types.events import Event
from hookdesk.types.intake import InboundMessage, Match, RawIntake, Sender, TopicChoice, Verdict


class IntakeHooks:
    """Intake: parse, identify, screen, match, and say how it ended."""

    @spec(Shape.FIRST, when=When.WRITE, since="0.1")
    def intake_parse(self, *, record: RawIntake) -> InboundMessage | None:
        """Read a raw record of a channel that this plugin knows; None for any other channel.

        Raise `Unreadable(reason)` for what cannot be read: the record is then quarantined with that reason.
        """

    @spec(Shape.FIRST, when=When.WRITE, since="0.1")
    def intake_identify(self, *, message: InboundMessage) -> Sender | None:
        """Name the requester behind a message. Core's own answer, if nobody has one, is the sender's address."""

    @spec(Shape.COLLECT, combine=Combine.STRONGEST, when=When.WRITE, since="0.1")
    def intake_screen(self, *, message: InboundMessage) -> Verdict | None:
        """Accept, quarantine or reject a message, with the reason; the strongest verdict of all plugins counts."""

    @spec(Shape.FIRST, when=When.WRITE, since="0.1")
    def intake_match(self, *, message: InboundMessage, sender: Sender) -> Match | None:
        """Find the ticket that a message belongs to. None means: a new ticket."""

    @spec(Shape.CHAIN, when=When.WRITE, since="0.1")
    def intake_transform(self, *, message: InboundMessage) -> InboundMessage | None:
        """Change a message before anything is decided about it. Return None to leave it as it is."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def intake_settled(self, *, event: Event) -> None:
        """An inbound item reached its end. `event.data`: intake_id, channel, outcome, reason, ticket_id, entry_id, sender."""


class FilteringHooks:
    """Filtering: what decides where a new ticket belongs."""

    @spec(Shape.CHAIN, when=When.WRITE, since="0.1")
    def ticket_filter(self, *, draft: TicketDraft) -> TicketDraft | None:
        """Change a ticket draft before it is stored: department, priority, assignee and so on. Return None to leave it as it is."""

    @spec(Shape.COLLECT, when=When.WRITE, since="0.1")
    def ticket_problems(self, *, draft: TicketDraft) -> Sequence[str] | None:
        """Say why a ticket may not be created as it stands. Any problem blocks it and is shown to whoever asked for it."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def topic_choices(self, *, actor: Actor) -> Sequence[TopicChoice] | None:
        """Help topics that this actor may choose for a new ticket, in the order in which forms show them."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def topic_label(self, *, ref: str) -> str | None:
        """The name of a topic by its reference, with what it lies below ("Billing › Invoices"); None if the reference is not yours."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def number_choices(self) -> Sequence[tuple[str, str]] | None:
        """Formats of ticket numbers that a help topic, say, may ask for: reference and name."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def number_format(self, *, ref: str) -> NumberFormat | None:
        """The format of a reference, with today's date where it shows one; None if the reference is not yours."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def rule_links(self, *, refs: Sequence[str], actor: Actor) -> Sequence[tuple[str, str]] | None:
        """(reference, URL) of pages of rules that a trace names (`RuleNote.ref`): those that are yours, and that this actor may open."""
