"""The plugin: more to ask of passwords."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from hookdesk.api import Duty, Event, Plugin, hookimpl
from hookdesk_password_policy import services
from hookdesk_password_policy.settings import Settings


class PasswordPolicy(Plugin[Settings]):
    """Password policy

    Refuses passwords that everybody takes and those that somebody had before, and lets them expire where that is asked for.
    """

    settings_type = Settings
    depends = ("auth_password",)

    @hookimpl
    def auth_password_problems(self, user_id: int, password: str) -> Sequence[str]:
        """Common ones, forbidden words, former ones."""
        return services.problems(user_id, password, self.settings)

    @hookimpl
    def password_changed(self, event: Event) -> None:
        """Remember the new one."""
        services.remember(event, self.settings)

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """How many they had, and since when each."""
        return [("passwords", services.records(user_id))]

    @hookimpl
    def users_merged(self, event: Event) -> None:
        """The survivor had both's."""
        services.merge(event.data["survivor_id"], event.data["merged_id"])

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget them."""
        services.forget(event.data["user_id"])

    @hookimpl
    def sign_in_duties(self, user_id: int, face: str) -> Sequence[Duty]:
        """A new password, where an agent's is too old."""
        if face != "agent" or not services.is_expired(user_id, self.settings):
            return []
        words = _("Your password is older than %(days)s days. Choose a new one.", days=self.settings.expiry_days)
        return [Duty("auth_password.change", words)]

    def on_enable(self) -> None:
        """Know the passwords that there are."""
        services.remember_present()
