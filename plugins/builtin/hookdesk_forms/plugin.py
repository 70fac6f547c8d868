"""The plugin: forms wherever something is filled in, and what was filled in wherever it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import (
    Actor,
    Event,
    Field,
    FilterAction,
    FormPart,
    InboundMessage,
    ListColumn,
    MessageValue,
    NavItem,
    NoSettings,
    PageAssets,
    Plugin,
    SlotContent,
    TicketDraft,
    TicketView,
    asked_for,
    hookimpl,
)
from hookdesk_forms import actions, columns, criteria, findable, intake, mailed, persons, slots
from hookdesk_forms.hookspecs import FormsHooks
from hookdesk_forms.kinds import OWN, FieldKind
from hookdesk_forms.views import bp


class Forms(Plugin[NoSettings]):
    """Forms

    Fields of your own on tickets, users, organizations and tasks: asked for by help topic, shown to whom you say, used by rules.
    """

    hookspecs = (FormsHooks,)
    uses = ("filters", "search", "tasks", "queues")

    @hookimpl
    def field_kinds(self) -> Sequence[FieldKind]:
        """The kinds of the box."""
        return OWN

    @hookimpl
    def ticket_form_parts(self, actor: Actor, topic: str, stage: str) -> Sequence[FormPart]:
        """The fields of a new ticket."""
        return slots.parts(actor, topic, stage)

    @hookimpl
    def intake_transform(self, message: InboundMessage) -> InboundMessage | None:
        """Read fields as what they are."""
        return intake.normal(message)

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Store fields with the ticket."""
        return intake.with_values(draft)

    @hookimpl
    def ticket_problems(self, draft: TicketDraft) -> Sequence[str]:
        """Hold what the forms ask for."""
        return intake.problems(draft)

    @hookimpl
    def transition_allowed(self, ticket: Mapping[str, Any], actor: Actor, state: str) -> str | None:
        """Keep a ticket open on which something needed is empty."""
        return intake.needed_to_close(ticket, actor) if state == "closed" else None

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Keep files, and hand over what is about the requester."""
        persons.settled(event.ticket_id, int(event.data["user_id"]))

    @hookimpl
    def ticket_deleted(self, event: Event) -> None:
        """Let go of files."""
        persons.ticket_gone(event.ticket_id)

    @hookimpl
    def task_changed(self, event: Event) -> None:
        """Drop what was filled in about a task that is gone (declared by tasks)."""
        if event.data["what"] == "deleted":
            persons.task_gone(int(event.data["task_id"]))

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """What was filled in about a person and on their tickets."""
        found = persons.records(user_id)
        return [("fields", found)] if found else []

    @hookimpl
    def users_merged(self, event: Event) -> None:
        """Give the survivor what the other had."""
        persons.merged(int(event.data["survivor_id"]), int(event.data["merged_id"]))

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget what was filled in."""
        persons.forget(int(event.data["user_id"]))

    @hookimpl
    def filter_actions(self) -> Sequence[FilterAction]:
        """Let rules fill a field in."""
        return actions.actions()

    @hookimpl
    def criteria_fields(self) -> Sequence[Field]:
        """Fields for conditions."""
        return criteria.fields()

    @hookimpl
    def list_columns(self) -> Sequence[ListColumn]:
        """Fields of tickets, in lists and exports."""
        return columns.columns()

    @hookimpl
    def search_words(self, ticket_ids: Sequence[int]) -> Sequence[tuple[int, str, bool]]:
        """What was filled in on tickets."""
        return findable.words(ticket_ids)

    @hookimpl
    def message_values(self, ticket: TicketView | None, for_agent: bool) -> Sequence[MessageValue]:
        """What was filled in about a ticket, for the words of mails."""
        return mailed.mailed(ticket, for_agent)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in the admin panel."""
        if area != "admin":
            return []
        return [NavItem(area, _("Forms"), "forms.index", icon="form", group="Intake", order=20, permission="admin")]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet, one script."""
        return [PageAssets(css=("forms.css",), js=("forms.js",))]

    @hookimpl
    @asked_for(slot=slots.SLOTS)
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Fields beside a ticket, forms on a topic's page."""
        return slots.contents(slot, actor, args)
