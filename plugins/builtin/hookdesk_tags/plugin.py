"""The plugin: tags beside tickets, in lists, in conditions and filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    BulkAction,
    Event,
    Field,
    FilterAction,
    Job,
    ListColumn,
    NavItem,
    NoSettings,
    PageAssets,
    Plugin,
    SlotContent,
    asked_for,
    directory,
    hookimpl,
    system,
)
from hookdesk_tags import lists, merging, rules, services, telling
from hookdesk_tags.views import bp, ticket


class Tags(Plugin[NoSettings]):
    """Tags

    Words that agents and filters put on tickets, to find and sort them by. Requesters never see them.
    """

    uses = ("filters", "queues", "bulk", "search")

    @hookimpl
    def permissions(self) -> Sequence[tuple[str, str, str]]:
        """Whoever may edit a ticket may put tags on it; making new ones is another matter."""
        return [(services.CREATE, _("Make new tags"), _("Tickets"))]

    @hookimpl
    def criteria_fields(self) -> Sequence[Field]:
        """Tags in conditions."""
        return [rules.field()]

    @hookimpl
    def filter_actions(self) -> Sequence[FilterAction]:
        """Let filters put a tag on (declared by filters)."""
        return [rules.action()]

    @hookimpl
    def list_columns(self) -> Sequence[ListColumn]:
        """Tags in lists (declared by queues)."""
        return lists.columns()

    @hookimpl
    def bulk_actions(self) -> Sequence[BulkAction]:
        """Tags on many tickets at once (declared by bulk)."""
        return lists.actions()

    @hookimpl
    def search_words(self, ticket_ids: Sequence[int]) -> Sequence[tuple[int, str, bool]]:
        """Agents find tickets by their tags (declared by search)."""
        return [(ticket_id, words, True) for ticket_id, words in lists.names(ticket_ids).items()]

    @hookimpl
    @asked_for(slot=["ticket.properties"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """A row of a ticket's properties."""
        return ticket.row(actor, args["ticket"])

    @hookimpl
    def ticket_changed(self, event: Event) -> None:
        """Tags go along where their ticket is merged."""
        merging.follow(event)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in the admin panel."""
        return [NavItem(area, _("Tags"), "tags.index", icon="tag", group="Work", order=50, permission="admin")]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet, for desk and admin panel."""
        return [PageAssets(css=("tags.css",), face="desk"), PageAssets(css=("tags.css",), face="admin")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Telling search of renamed tags."""
        return [Job(telling.JOB, telling.tell, timedelta(minutes=10), _l("Tell search of tags that were renamed"))]

    def on_enable(self) -> None:
        """Let whoever may move tickets make tags, until an administrator decides otherwise."""
        directory.extend_roles(system("tags"), {services.CREATE: services.LIKE})
