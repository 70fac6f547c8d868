"""The plugin: a box in the desk, a page of results, and an index that follows events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from hookdesk.api import Actor, Event, Job, NoSettings, Plugin, SearchBackend, SlotContent, hookimpl
from hookdesk_search import services
from hookdesk_search.backends import Fts5Backend, TsvectorBackend
from hookdesk_search.views import bp


class Search(Plugin[NoSettings]):
    """Search

    Finds tickets by any word of the subject, the thread, attachment names, the requester and the number.
    """

    uses = ("desk",)

    @hookimpl
    def search_backends(self) -> Sequence[SearchBackend]:
        """One for each database."""
        return [Fts5Backend(), TsvectorBackend()]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The page of results."""
        return [bp]

    @hookimpl
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """The box in the desk's sidebar."""
        return [SlotContent("search/box.html")] if slot == "desk.search" and actor.is_agent else []

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Fills in what is missing."""
        return [Job("search.index", services.index_missing, timedelta(minutes=1), _l("Index tickets that are missing"))]

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Index it."""
        services.index_ticket(event.ticket_id)

    @hookimpl
    def entry_added(self, event: Event) -> None:
        """Index it anew."""
        services.index_ticket(event.ticket_id)

    @hookimpl
    def users_merged(self, event: Event) -> None:
        """Index the survivor's tickets anew: they have further addresses."""
        services.drop_of(event.data["survivor_id"])

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget the words that name them."""
        services.drop_of(event.data["user_id"])

    @hookimpl
    def ticket_deleted(self, event: Event) -> None:
        """Forget it."""
        services.drop(event.ticket_id)
