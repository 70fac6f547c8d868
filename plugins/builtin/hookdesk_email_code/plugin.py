"""The plugin: a code by mail."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Event, Factor, NoSettings, Plugin, hookimpl, transact
from hookdesk_email_code import services
from hookdesk_email_code.views import bp
from hookdesk_two_factor.hookspecs import FactorKind


class EmailCode(Plugin[NoSettings]):
    """Code by mail

    A second factor for agents: six digits, mailed when they sign in. As safe as their mailbox.
    """

    depends = ("two_factor",)

    @hookimpl
    def auth_factors(self, user_id: int, face: str) -> Sequence[Factor]:
        """A code, for who switched it on."""
        if face != "agent" or user_id not in services.held([user_id]):
            return []
        return [Factor("email_code", _("Code by mail"), "email_code.code", order=40)]

    @hookimpl
    def second_factors(self) -> Sequence[FactorKind]:
        """For the agent's page."""
        text = _("Six digits, mailed to you when you sign in. As safe as your mailbox.")
        kind = FactorKind(
            "email_code", _("Code by mail"), text, "email_code.setup", services.held, "mail", 40,
            is_offered=services.can_mail(),
        )  # fmt: skip
        return [kind]

    @hookimpl
    def auth_reset_factors(self, user_id: int) -> Sequence[str]:
        """Switch it off."""
        gone = transact(lambda session: services.forget(session, user_id))
        return [services.KIND] if gone else []

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """Since when they get codes."""
        return [("code by mail", services.records(user_id))]

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Switch it off."""
        transact(lambda session: services.forget(session, event.data["user_id"]))

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """Set-up and challenge."""
        return [bp]
