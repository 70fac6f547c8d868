"""The plugin: codes on paper."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import ngettext

from hookdesk.api import Event, Factor, NoSettings, Plugin, hookimpl, transact
from hookdesk_recovery_codes import services
from hookdesk_recovery_codes.views import bp
from hookdesk_two_factor.hookspecs import FactorKind
from hookdesk_two_factor.kinds import has_factor


class RecoveryCodes(Plugin[NoSettings]):
    """Recovery codes

    Ten codes to keep on paper, each good once: the way in for agents who lost their second factor.
    """

    depends = ("two_factor",)

    @hookimpl
    def auth_factors(self, user_id: int, face: str) -> Sequence[Factor]:
        """A code, for who has some left and another factor beside them."""
        if face != "agent" or not services.left([user_id]).get(user_id) or not has_factor(user_id):
            return []
        return [Factor("recovery_codes", _("Recovery code"), "recovery_codes.code", order=90)]

    @hookimpl
    def second_factors(self) -> Sequence[FactorKind]:
        """For the agent's page."""
        text = _("Ten codes to print and keep, each good once, for when your second factor is lost.")
        kind = FactorKind("recovery_codes", _("Recovery codes"), text, "recovery_codes.codes", _held, "list", 90, False)
        return [kind]

    @hookimpl
    def auth_reset_factors(self, user_id: int) -> Sequence[str]:
        """Forget the codes."""
        gone = transact(lambda session: services.forget(session, user_id))
        return [services.KIND] if gone else []

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """How many there are, and when some were used."""
        return [("recovery codes", services.records(user_id))]

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget the codes."""
        transact(lambda session: services.forget(session, event.data["user_id"]))

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The codes' page and the challenge."""
        return [bp]


def _held(user_ids: Collection[int]) -> dict[int, str]:
    """How many each user has left."""
    return {
        user_id: ngettext("%(num)s left", "%(num)s left", count) for user_id, count in services.left(user_ids).items()
    }
