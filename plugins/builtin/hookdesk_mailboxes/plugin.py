"""The plugin: mailboxes that are looked into, their pages, and how they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hookdesk.api import (
    Actor,
    Health,
    Job,
    MailChannel,
    NavItem,
    PageAssets,
    Plugin,
    SlotContent,
    asked_for,
    hookimpl,
)
from hookdesk_mailboxes import job, services, state
from hookdesk_mailboxes.hookspecs import MailboxHooks
from hookdesk_mailboxes.settings import Settings
from hookdesk_mailboxes.views import bp


class Mailboxes(Plugin[Settings]):
    """Mailboxes

    Fetches mail from accounts at mail servers, each on its own, and says so loudly when one of them stops.
    """

    settings_type = Settings
    depends = ("email_in",)
    hookspecs = (MailboxHooks,)

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """The one that begins; the rest of the time each mailbox has a thread of its own."""
        return [Job(services.WATCH, job.watch, timedelta(seconds=30), _("Look into mailboxes"), job.next_at)]

    @hookimpl
    def mail_channels(self) -> Sequence[MailChannel]:
        """Each mailbox (declared by email_in)."""
        return [state.channel(row) for row in services.every()]

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """Whether all of them can be read. One that cannot is no reason to call the site broken."""
        found = [state.channel(row) for row in services.every()]
        bad = [f"{one.name}: {one.detail}" for one in found if one.state in ("warning", "failed")]
        return [Health("mailboxes", "warning" if bad else "ok", "; ".join(bad))] if found else []

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """Mailboxes that sign in with a token of another plugin."""
        return [(row.address, state.path_of(row.id)) for row in services.every() if ref and row.token_ref == ref]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line among the messages."""
        if area != "admin":
            return []
        told = gettext("Mailboxes")
        return [NavItem(area, told, "mailboxes.index", icon="inbox", group="Messages", permission="admin", order=385)]

    @hookimpl
    @asked_for(slot=["email_in.channels"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """A link to a new mailbox beside the title of the page of mail channels."""
        return [SlotContent("mailboxes/new_link.html")] if slot == "email_in.channels" else []

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("mailboxes.css",), face="admin")]
