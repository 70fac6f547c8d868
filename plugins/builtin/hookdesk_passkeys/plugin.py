"""The plugin: passkeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import (
    Actor,
    Event,
    Factor,
    NoSettings,
    PageAssets,
    Plugin,
    SlotContent,
    asked_for,
    hookimpl,
    transact,
)
from hookdesk_passkeys import party, services
from hookdesk_passkeys.views import bp
from hookdesk_two_factor.hookspecs import FactorKind


class Passkeys(Plugin[NoSettings]):
    """Passkeys

    Agents sign in with their device's lock or a security key (WebAuthn), instead of a password or after it.
    """

    depends = ("two_factor",)

    @hookimpl
    def auth_factors(self, user_id: int, face: str) -> Sequence[Factor]:
        """A passkey, if the user has one."""
        if face != "agent" or user_id not in services.held([user_id]):
            return []
        return [Factor("passkeys", _("Passkey"), "passkeys.second", order=10)]

    @hookimpl
    def second_factors(self) -> Sequence[FactorKind]:
        """For the agent's page."""
        text = _(
            "Your device's lock (finger, face, PIN) or a security key. The safest, and it can replace the password."
        )
        kind = FactorKind(
            "passkeys", _("Passkeys"), text, "passkeys.own", services.held, "key", 10, is_offered=party.is_usable()
        )
        return [kind]

    @hookimpl
    def auth_reset_factors(self, user_id: int) -> Sequence[str]:
        """Forget them all."""
        gone = transact(lambda session: services.forget(session, user_id))
        return ["passkeys"] if gone else []

    @hookimpl
    @asked_for(slot=["signin.agent", "signin.confirm"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """A button below the sign-in form, and below the form that asks for the password again."""
        if not party.is_usable():
            return []
        if slot == "signin.agent":
            return [SlotContent("passkeys/first.html", order=10)]
        if slot == "signin.confirm" and actor.user_id in services.held([actor.user_id or 0]):
            return [SlotContent("passkeys/confirm.html")]
        return []

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """Their names and dates, not the keys."""
        return [("passkeys", services.records(user_id))]

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget them all."""
        transact(lambda session: services.forget(session, event.data["user_id"]))

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """An agent's own passkeys, and the doors that they open."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """The script that talks to the browser's authenticators."""
        return [PageAssets(js=("passkeys.js",), face="desk")]
