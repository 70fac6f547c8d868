"""The plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _

from hookdesk.api import (
    Actor,
    Event,
    InboundMessage,
    NavItem,
    Plugin,
    SlotContent,
    Verdict,
    asked_for,
    explain,
    hookimpl,
    people,
    setting,
    site,
)
from hookdesk_spam_words import services
from hookdesk_spam_words.hookspecs import SpamWordsHooks
from hookdesk_spam_words.views import bp


@dataclass(frozen=True)
class Settings:
    """Settings of this plugin."""

    words: tuple[str, ...] = setting(
        (), label=_("Words"), help=_("One word or phrase a line. Case does not matter; parts of words count too.")
    )


class SpamWords(Plugin[Settings]):
    """Spam words

    Quarantine inbound messages that contain a listed word.
    """

    settings_type = Settings
    hookspecs = (SpamWordsHooks,)
    uses = ("desk",)

    def words(self) -> list[str]:
        """The words of the settings and those of other plugins."""
        return [*self.settings.words, *site().hooks.collect(SpamWordsHooks.spam_word_lists)]

    @hookimpl
    def intake_screen(self, message: InboundMessage) -> Verdict | None:
        """Quarantine a message with a listed word."""
        word = services.find(self.words(), message)
        if not word:
            return None
        compared = {"field": "text", "operator": "contains", "value": word, "actual": message.subject, "result": True}
        explain(f"{services.REASON}{word}", [compared])
        return Verdict.quarantine(f"{services.REASON}{word}")

    @hookimpl
    def intake_settled(self, event: Event) -> None:
        """Remember what was caught."""
        services.remember(event)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The page."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """The page's link."""
        if area != "admin":
            return []
        label = str(_("Spam words"))
        return [
            NavItem(
                "admin", label, "spam_words.index", icon="filter", group=str(_("Intake")), permission="admin", order=280
            )
        ]

    @hookimpl
    @asked_for(slot=["ticket.sidebar"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Beside a ticket: whether its requester's mail was caught before."""
        if slot != "ticket.sidebar" or not actor.is_agent:
            return []
        caught = services.caught_of(people.primary_address(args["ticket"].user_id))
        return [SlotContent("spam_words/sidebar.html", {"caught": caught}, order=300)]
