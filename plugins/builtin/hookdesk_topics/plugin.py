"""The plugin: topics on forms, and what they decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    NavItem,
    PageAssets,
    Plugin,
    Slot,
    SlotContent,
    TicketDraft,
    TopicChoice,
    asked_for,
    hookimpl,
    setting,
)
from hookdesk_topics import applying, firststeps, services, thanks, tree
from hookdesk_topics.views import bp


@dataclass(frozen=True)
class Settings:
    """What holds for all topics."""

    closing_needs_topic: bool = setting(
        False,
        label=_l("No closing without a topic"),
        help=_l("Agents have to choose a help topic before they close a ticket, while there are topics to choose."),
    )


class Topics(Plugin[Settings]):
    """Help topics

    Lets whoever opens a ticket say what it is about; the topic leads it to a department and gives it a priority.
    """

    settings_type = Settings
    uses = ("filters", "forms")

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Apply what the draft's topic says."""
        return applying.applied(draft)

    @hookimpl
    def topic_choices(self, actor: Actor) -> Sequence[TopicChoice]:
        """Active topics, each for whom it is."""
        return [TopicChoice(node.ref, node.path, node.own.intro) for node in tree.kept() if node.is_offered(actor)]

    @hookimpl
    def topic_label(self, ref: str) -> str | None:
        """The path of a topic."""
        node = tree.by_ref(ref)
        return node.label if node else None

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """Topics that lead to something, or ask for it."""
        return [(node.label, url_for("topics.edit", topic_id=node.id)) for node in services.using(ref)]

    @hookimpl
    @asked_for(slot=["portal.sent"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Words of thanks on the portal's last page."""
        return thanks.for_ticket(args["number"]) if slot == "portal.sent" else []

    @hookimpl
    def transition_allowed(self, ticket: Mapping[str, Any], actor: Actor, state: str) -> str | None:
        """No closing without a topic, where the settings say so."""
        if state != "closed" or ticket["state"] == "closed" or ticket["topic_ref"]:
            return None
        return services.lacks_topic() if self.settings.closing_needs_topic else None

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line among what decides about new tickets."""
        if area != "admin":
            return []
        return [
            NavItem("admin", _("Help topics"), "topics.index", icon="tag", group="Intake", order=10, permission="admin")
        ]

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add to a topic's page."""
        return [
            Slot(
                "topics.topic", ("topic",), "Sections of a help topic's page (`topic` has a `ref`), below its own form."
            )
        ]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("topics.css",), face="admin")]

    def on_enable(self) -> None:
        """Give a new site something to choose from."""
        firststeps.first_topics()
