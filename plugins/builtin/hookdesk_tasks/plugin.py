"""The plugin: tasks on tickets and alone, their lists, checklists, alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    Event,
    Field,
    FilterAction,
    Job,
    ListColumn,
    NavItem,
    PageAssets,
    PaletteItem,
    Plugin,
    Slot,
    SlotContent,
    StoredFile,
    asked_for,
    directory,
    hookimpl,
    system,
    wake,
)
from hookdesk_tasks import (
    alerts,
    beside,
    changing,
    checklists,
    closing,
    conditions,
    guard,
    letters,
    making,
    merging,
    overdue,
    persons,
)
from hookdesk_tasks.hookspecs import TaskHooks
from hookdesk_tasks.settings import Settings
from hookdesk_tasks.views import bp, panel, topic


class Tasks(Plugin[Settings]):
    """Tasks

    Things to be done, on tickets or alone: each with an assignee, a date and a thread of its own. A ticket is closed once they are done.
    """

    settings_type = Settings
    depends = ("desk",)
    uses = ("email_out", "filters", "palette", "queues", "topics")
    hookspecs = (TaskHooks,)

    @hookimpl
    def permissions(self) -> Sequence[tuple[str, str, str]]:
        """What roles may do with tasks."""
        return guard.PERMISSIONS

    @hookimpl
    def permission_look_up(self, actor: Actor, ref: str, permission: str) -> tuple[str, str] | None:
        """What the guard says of a task, to those who keep fields about it."""
        return beside.known_as(actor, ref, permission)

    @hookimpl
    def transition_allowed(self, ticket: Mapping[str, Any], actor: Actor, state: str) -> str | None:
        """No closing while tasks are open."""
        if state != "closed" or ticket["state"] == "closed":
            return None
        return closing.objection(int(ticket["id"]), actor)

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Give it the checklists of its topic."""
        checklists.for_new(event.ticket_id, event.key)

    @hookimpl
    def ticket_changed(self, event: Event) -> None:
        """Tasks go along where their ticket is merged."""
        merging.follow(event)

    @hookimpl
    def configuration_changed(self, event: Event) -> None:
        """Nobody who has left keeps open tasks."""
        if event.data["kind"] == "agent":
            changing.release_gone()

    @hookimpl
    def ticket_deleted(self, event: Event) -> None:
        """Its tasks go, too."""
        wake(closing.FOLLOW)

    @hookimpl
    def task_changed(self, event: Event) -> None:
        """Tell whom it concerns."""
        alerts.follow_up(event, self.settings)

    @hookimpl
    def mail_files(self, key: str) -> Sequence[StoredFile]:
        """Pictures and files of our own mails (declared by email_out)."""
        return letters.files(key)

    @hookimpl
    def list_columns(self) -> Sequence[ListColumn]:
        """How far its tasks are (declared by queues)."""
        return conditions.columns()

    @hookimpl
    def criteria_fields(self) -> Sequence[Field]:
        """Tasks in conditions."""
        return conditions.fields()

    @hookimpl
    def filter_actions(self) -> Sequence[FilterAction]:
        """Let filters add a checklist (declared by filters)."""
        return conditions.actions()

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """Checklists that name a department, a team or an agent."""
        endpoint = "tasks__admin.checklist"
        return [(name, url_for(endpoint, checklist_id=row_id)) for row_id, name in checklists.using(ref)]

    @hookimpl
    def palette_items(self, actor: Actor, query: str) -> Sequence[PaletteItem]:
        """Tasks by their number, or by words of their title (declared by palette)."""
        return beside.found(actor, query)

    @hookimpl
    @asked_for(slot=["ticket.sidebar", "ticket.entry", "topics.topic"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """A section beside a ticket, an item in the menu of its entries, checklists on a topic's page."""
        if slot == "topics.topic":
            context = topic.context(args["topic"].ref)
            return [SlotContent("tasks/topic.html", context, order=60)] if context["lists"] else []
        return beside.contents(slot, actor, args)

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add to a task's page."""
        return [Slot("task.sidebar", ("task",), "Sections of the panel beside a task, below its properties.")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """The watch, which runs when a date passes; and tasks that go with their tickets."""
        return [
            Job(making.OVERDUE, overdue.run, timedelta(minutes=15), _l("Mark overdue tasks"), overdue.next_at),
            Job(closing.FOLLOW, closing.follow_tickets, timedelta(hours=6), _l("Delete tasks of deleted tickets")),
        ]

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """The tasks that somebody follows."""
        found = persons.records(user_id)
        return [("followed tasks", found)] if found else []

    @hookimpl
    def users_merged(self, event: Event) -> None:
        """Let the survivor follow what the other followed."""
        persons.merged(int(event.data["survivor_id"]), int(event.data["merged_id"]))

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Name them nowhere."""
        persons.forget(int(event.data["user_id"]), list(event.data["addresses"]))

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages."""
        return [bp, panel]

    @hookimpl
    @asked_for(area=["desk.rail", "admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """Tasks in the rail, checklists in the admin panel."""
        if area == "desk.rail" and actor.is_agent:
            return [NavItem(area, _("Tasks"), "tasks.queue", icon="check", order=20)]
        if area == "admin":
            return [
                NavItem(
                    area,
                    _("Checklists"),
                    "tasks__admin.checklists",
                    icon="list",
                    group="Work",
                    order=60,
                    permission="admin",
                )
            ]
        return []

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet."""
        return [PageAssets(css=("tasks.css",), face="desk"), PageAssets(css=("tasks.css",), face="admin")]

    def on_enable(self) -> None:
        """Let whoever may do something with tickets do the like with tasks, until an administrator decides otherwise."""
        directory.extend_roles(system("tasks"), guard.LIKE)
