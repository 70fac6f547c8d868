"""The plugin: requesters' accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import Actor, ActorKind, Event, Job, NavItem, Plugin, Slot, SlotContent, asked_for, hookimpl
from hookdesk_accounts import forgetting, mail, managing, persons, services
from hookdesk_accounts.hookspecs import AccountHooks
from hookdesk_accounts.settings import Settings
from hookdesk_accounts.views import bp


class Accounts(Plugin[Settings]):
    """Accounts

    Lets requesters sign in to the portal with an account of their own: by themselves, or when an agent invites them.
    """

    settings_type = Settings
    hookspecs = (AccountHooks,)
    depends = ("portal",)
    uses = ("auth_password", "admin")

    @hookimpl
    def auth_account(self, face: str, login: str) -> int | None:
        """Which account an address opens."""
        return services.account_of(login) if face == "portal" else None

    @hookimpl
    def auth_opening_step(self, actor: Actor) -> str | None:
        """Sign-in comes before a ticket, where the admin wants it so."""
        return "accounts.sign_in" if self.settings.sign_in_to_open and not actor.is_signed_in else None

    @hookimpl
    def account_link_requested(self, event: Event) -> None:
        """Mail the link."""
        mail.send(event)

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """That there is an account, how far it is, and since when."""
        return [("account", persons.records(user_id))]

    @hookimpl
    def users_merged(self, event: Event) -> None:
        """Make one account of two."""
        persons.merge(event.data["survivor_id"], event.data["merged_id"])

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Delete the account."""
        persons.forget(event.data["user_id"])

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """Sign in, sign up, choose a password, one's own page."""
        return [bp]

    @hookimpl
    @asked_for(area=["account"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """The way in, or to one's own page, at the portal's head."""
        if area != "account" or actor.is_agent:
            return []
        if actor.kind is ActorKind.REQUESTER:
            return [NavItem(area, _("My account"), "accounts.profile", icon="user", order=10)]
        return [NavItem(area, _("Sign in"), "accounts.sign_in", icon="user", order=10)]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Forget accounts that nobody confirmed."""
        doc = _l("Forget accounts that nobody confirmed in time")
        return [Job(forgetting.JOB, forgetting.forget, timedelta(days=1), doc)]

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add to these pages."""
        return [
            Slot("accounts.profile", (), "Sections of a requester's own page: how they sign in, for one."),
            Slot("accounts.sign_in", (), "Below the requesters' sign-in form."),
        ]

    @hookimpl
    @asked_for(slot=["people.merge", "admin.user", "directory.user"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """How far a user's account is, on their page in the admin panel and in the desk; what becomes of it when users are merged."""
        if slot == "people.merge":
            outlook = persons.outlook(args["stays"].id, args["goes"].id)
            return [SlotContent("accounts/merge.html", {**args, "outlook": outlook})] if outlook.has_one else []
        if slot not in ("admin.user", "directory.user") or not actor.may("user.manage") or args["user"] is None:
            return []
        given = {"account": managing.state_of(args["user"].id), "at": "desk" if slot == "directory.user" else None}
        return [SlotContent("accounts/state.html", given)]
