"""The plugin: an app that shows codes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Event, Factor, NoSettings, PageAssets, Plugin, hookimpl, transact
from hookdesk_totp import services
from hookdesk_totp.views import bp
from hookdesk_two_factor.hookspecs import FactorKind


class Totp(Plugin[NoSettings]):
    """Authenticator app

    A second factor for agents: the six digits that an app on their phone shows, new ones each half minute (TOTP).
    """

    depends = ("two_factor",)

    @hookimpl
    def auth_factors(self, user_id: int, face: str) -> Sequence[Factor]:
        """A code, if the user has an app."""
        if face != "agent" or user_id not in services.held([user_id]):
            return []
        return [Factor("totp", _("Code of an authenticator app"), "totp.code", order=20)]

    @hookimpl
    def second_factors(self) -> Sequence[FactorKind]:
        """For the agent's page, and whoever asks who has it."""
        text = _("An app on your phone shows a new code each half minute. Works without a network.")
        return [FactorKind("totp", _("Authenticator app"), text, "totp.setup", services.held, "phone", 20)]

    @hookimpl
    def auth_reset_factors(self, user_id: int) -> Sequence[str]:
        """Forget the secret."""
        gone = transact(lambda session: services.forget(session, user_id))
        return [services.KIND] if gone else []

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """Since when they have an app."""
        return [("authenticator app", services.records(user_id))]

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget the secret."""
        transact(lambda session: services.forget(session, event.data["user_id"]))

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """Set-up and challenge."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the desk's face."""
        return [PageAssets(css=("totp.css",), face="desk")]
