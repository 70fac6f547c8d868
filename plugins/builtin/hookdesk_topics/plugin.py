"""The plugin: topics on forms, and what they decide."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Actor, NavItem, NoSettings, PageAssets, Plugin, Slot, TicketDraft, TopicChoice, hookimpl
from hookdesk_topics import firststeps, services, tree
from hookdesk_topics.views import bp


class Topics(Plugin[NoSettings]):
    """Help topics

    Lets whoever opens a ticket say what it is about; the topic leads it to a department and gives it a priority.
    """

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Apply the department and priority of the draft's topic."""
        return services.applied(draft)

    @hookimpl
    def topic_choices(self, actor: Actor) -> Sequence[TopicChoice]:
        """Active topics, each for whom it is."""
        return [TopicChoice(node.ref, node.path, node.intro) for node in tree.nodes() if node.is_offered(actor)]

    @hookimpl
    def topic_label(self, ref: str) -> str | None:
        """The path of a topic."""
        node = tree.by_ref(ref)
        return node.label if node else None

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        return [bp]

    @hookimpl
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
