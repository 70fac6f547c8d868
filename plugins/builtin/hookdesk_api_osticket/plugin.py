"""The plugin: the API, its keys, and what a call does to a ticket's draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import Actor, Event, Job, NavItem, PageAssets, Plugin, TicketDraft, asked_for, hookimpl
from hookdesk_api_osticket import calls, endpoints, openapi, options, persons, views
from hookdesk_api_osticket.blueprint import bp
from hookdesk_api_osticket.hookspecs import ApiHooks
from hookdesk_api_osticket.settings import Settings

if TYPE_CHECKING:
    from click import Command

__all__ = ["ApiOsticket", "endpoints", "views"]


class ApiOsticket(Plugin[Settings]):
    """API for osTicket's clients

    Programs that open tickets in osTicket through its API, and scripts that pipe mail to it, do so here unchanged.
    """

    settings_type = Settings
    hookspecs = (ApiHooks,)

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Do with a ticket as its call asks."""
        return options.applied(draft)

    @hookimpl
    def openapi_parts(self) -> Sequence[Mapping[str, Any]]:
        """The operations of this plugin."""
        return [openapi.part()]

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """The calls about their tickets."""
        return [("calls", persons.records(user_id))]

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Drop what the log and kept answers say of them. A merge changes nothing here: lines belong to tickets."""
        persons.forget(event.data["user_id"], event.data["addresses"])

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The API, and the pages of the admin panel."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line among what lets tickets in."""
        if area != "admin":
            return []
        return [
            NavItem(
                "admin", _("API keys"), "api_osticket.index", icon="key", group="Intake", order=60, permission="admin"
            )
        ]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("api_osticket.css",), face="admin")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """The log of calls stays bounded."""
        doc = _l("Delete old lines of the log of API calls.")
        run = lambda: calls.clean_up(self.settings.keep_calls_days)  # noqa: E731  # read when it runs
        return [Job("api_osticket.clean_up", run, timedelta(hours=1), doc)]

    @hookimpl
    def cli_commands(self) -> Sequence[Command]:
        """`hookdesk api-key …`."""
        from hookdesk_api_osticket.cli import api_key  # click is slow to import, and few processes need it

        return [api_key]
