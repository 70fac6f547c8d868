"""The plugin: a way to sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    AuthProvider,
    Credentials,
    Duty,
    Event,
    Job,
    NavItem,
    PageAssets,
    Plugin,
    SignIn,
    SlotContent,
    asked_for,
    hookimpl,
    setting,
)
from hookdesk_auth_password import persons, services, throttle
from hookdesk_auth_password.hookspecs import PasswordHooks
from hookdesk_auth_password.views import bp

if TYPE_CHECKING:
    from click import Command


@dataclass(frozen=True)
class Settings:
    """What a password must be."""

    version: ClassVar[int] = 1
    minimum_length: int = setting(
        12,
        label=_l("Characters in a password, at least"),
        help=_l("Holds for new passwords. Length helps more than odd characters."),
        minimum=12,
        maximum=128,
    )


class AuthPassword(Plugin[Settings]):
    """Passwords

    Lets people sign in with a login and a password, change it, and see where they are signed in. Agents can reset theirs by mail.
    """

    settings_type = Settings
    hookspecs = (PasswordHooks,)
    capabilities = ("sign_in",)

    @hookimpl
    def auth_providers(self, face: str) -> Sequence[AuthProvider]:
        """The form of the sign-in pages."""
        return [AuthProvider("password", _("Password"))]

    @hookimpl
    def auth_authenticate(self, credentials: Credentials) -> SignIn | None:
        """Check a password. Which requesters have an account, another plugin says."""
        return services.authenticate(credentials)

    @hookimpl
    def auth_set_password(self, user_id: int, password: str) -> bool:
        """Store a password."""
        services.set_password(user_id, password, self.settings.minimum_length)
        return True

    @hookimpl
    def sign_in_duties(self, user_id: int, face: str) -> Sequence[Duty]:
        """A new password, where an administrator asks an agent for one."""
        if face != "agent" or not services.must_choose(user_id):
            return []
        return [Duty("auth_password.change", _("Choose a new password: an administrator asks for it."))]

    @hookimpl
    def password_reset_requested(self, event: Event) -> None:
        """Mail the link."""
        services.mail_reset(event)

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """Since when they have their password."""
        return [("password", persons.records(user_id))]

    @hookimpl
    def users_merged(self, event: Event) -> None:
        """One password stays: the survivor's, else the other's."""
        persons.merge(event.data["survivor_id"], event.data["merged_id"])

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget the password."""
        persons.forget(event.data["user_id"])

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """Reset, change, own sessions."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet, for both faces."""
        return [PageAssets(css=("password.css",), face="desk"), PageAssets(css=("password.css",), face="portal")]

    @hookimpl
    @asked_for(area=["account", "portal"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """Two lines in one's own menu."""
        if area != "account" or not actor.is_signed_in:
            return []
        face = {"face": "agent" if actor.is_agent else "portal"}
        return [
            NavItem("account", _("Password"), "auth_password.change", face, icon="key", order=40),
            NavItem("account", _("Sessions"), "auth_password.own_sessions", face, icon="laptop", order=50),
        ]

    @hookimpl
    @asked_for(slot=["signin.agent", "agent.profile", "accounts.profile"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """The way out for an agent who forgot the password, below the sign-in form; a section of one's own page."""
        if slot == "signin.agent":
            return [SlotContent("auth_password/forgot.html")]
        face = {"agent.profile": "agent", "accounts.profile": "portal"}.get(slot)
        return [SlotContent("auth_password/profile.html", {"face": face})] if face else []

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Forget old failures."""
        doc = _l("Delete counters of failed sign-ins that are over an hour old.")
        return [Job("auth_password.clean_up", throttle.clean_up, timedelta(hours=1), doc)]

    @hookimpl
    def cli_commands(self) -> Sequence[Command]:
        """`hookdesk auth_password set`."""
        from hookdesk_auth_password.cli import set_command  # click is slow to import, and few processes need it

        return [set_command(self.settings.minimum_length)]
