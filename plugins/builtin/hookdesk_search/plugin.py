"""The plugin: a box in the desk, pages of results and of the index, and an index that follows events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    Event,
    Job,
    NavItem,
    NoSettings,
    PageAssets,
    PaletteItem,
    Plugin,
    SearchBackend,
    SlotContent,
    asked_for,
    hookimpl,
)
from hookdesk_desk.queues import Queue
from hookdesk_search import lists, missing, palette, rebuilding, services
from hookdesk_search.backends import Fts5Backend, TsvectorBackend
from hookdesk_search.hookspecs import SearchHooks
from hookdesk_search.views import bp

if TYPE_CHECKING:
    from click import Command

CHANGES = ("requester", "subject")
"""Changes of a ticket that change its words, besides those of fields and entries."""
NAMING = frozenset({"name", "addresses"})
"""Changes of a person that change the words of their tickets."""


class Search(Plugin[NoSettings]):
    """Search

    Finds tickets by any word of the subject, the thread, attachment names, the requester, the number and the fields of forms.
    """

    hookspecs = (SearchHooks,)
    depends = ("desk",)
    uses = ("palette",)

    @hookimpl
    def search_backends(self) -> Sequence[SearchBackend]:
        """One for each database."""
        return [Fts5Backend(), TsvectorBackend()]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of results and of the index."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in the admin panel."""
        return [NavItem(area, _("Search"), "search.index", icon="search", group="System", order=50, permission="admin")]

    @hookimpl
    def palette_items(self, actor: Actor, query: str) -> Sequence[PaletteItem]:
        """Tickets that contain what was typed."""
        return palette.items(actor, query)

    @hookimpl
    def desk_list(self, actor: Actor, key: str) -> Queue | None:
        """What was searched for."""
        return lists.of_key(actor, key)

    @hookimpl
    @asked_for(slot=["desk.search"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """The box in the desk's sidebar."""
        return [SlotContent("search/box.html")] if actor.is_agent else []

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """What is offered while one types, and how marked words look."""
        return [PageAssets(css=("search.css",), js=("search.js",), face="desk")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Fills in what is missing, and goes on with a rebuild."""
        return [
            Job(missing.JOB, missing.index, timedelta(minutes=1), _l("Index tickets that are missing")),
            Job(rebuilding.JOB, rebuilding.step, timedelta(minutes=5), _l("Index every ticket anew, when asked to")),
        ]

    @hookimpl
    def cli_commands(self) -> Sequence[Command]:
        """`hookdesk search rebuild`."""
        from hookdesk_search.cli import rebuild  # click is slow to import, and few processes need it

        return [rebuild]

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Index it."""
        services.index_ticket(event.ticket_id)

    @hookimpl
    def entry_added(self, event: Event) -> None:
        """Index it anew."""
        services.index_ticket(event.ticket_id)

    @hookimpl
    def ticket_changed(self, event: Event) -> None:
        """Index it anew if its words changed."""
        what = str(event.data["what"])
        if what in CHANGES or what.startswith(("field:", "entry")):
            services.index_ticket(event.ticket_id)

    @hookimpl
    def entry_edited(self, event: Event) -> None:
        """Index its ticket anew."""
        services.index_ticket(event.ticket_id)

    @hookimpl
    def entries_moved(self, event: Event) -> None:
        """Index both tickets anew."""
        services.index_ticket(event.ticket_id)
        services.index_ticket(event.data["from_id"])

    @hookimpl
    def users_merged(self, event: Event) -> None:
        """Index the survivor's tickets anew: they have further addresses."""
        services.drop_of(event.data["survivor_id"])
        missing.look_again()

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget the words that name them."""
        services.drop_of(event.data["user_id"])
        missing.look_again()

    @hookimpl
    def configuration_changed(self, event: Event) -> None:
        """Index the tickets of who is called differently now, or has other addresses."""
        if event.data["kind"] in ("user", "agent") and not NAMING.isdisjoint(event.data["changes"]):
            missing.named(event.data["name"])

    @hookimpl
    def search_words_changed(self, event: Event) -> None:
        """Index them anew."""
        services.index(event.data["ticket_ids"])

    @hookimpl
    def ticket_deleted(self, event: Event) -> None:
        """Forget it."""
        services.drop(event.ticket_id)

    def on_enable(self) -> None:
        """Look for tickets that came while it was off."""
        missing.look_again()
