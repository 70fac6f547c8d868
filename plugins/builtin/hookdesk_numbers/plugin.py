"""The plugin: which format a new ticket's number has."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import (
    Actor,
    NavItem,
    NoSettings,
    NumberFormat,
    PageAssets,
    Plugin,
    TicketDraft,
    asked_for,
    explain,
    hookimpl,
    reading,
)
from hookdesk_numbers import formats
from hookdesk_numbers.views import bp


class Numbers(Plugin[NoSettings]):
    """Number formats

    Lets an admin say how ticket numbers look, for all tickets or for those of a help topic, and which sequence counts them.
    """

    uses = ("topics",)

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Apply the default format, unless the topic has one of its own."""
        form = formats.chosen() if draft.number is None else None
        if form is None:
            return None
        explain(f"numbers look like {form.pattern}, the default format")
        return draft.replace(number=form)

    @hookimpl
    def number_choices(self) -> Sequence[tuple[str, str]]:
        """All formats."""
        rows = reading().all(formats.every().limit(formats.MOST))
        return [(f"{formats.PREFIX}{row.id}", f"{row.name} ({row.pattern})") for row in rows]

    @hookimpl
    def number_format(self, ref: str) -> NumberFormat | None:
        """A format of ours."""
        return formats.chosen(ref) if ref else None

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
            NavItem(
                area, _("Number formats"), "numbers.index", icon="tag", group="Intake", order=40, permission="admin"
            )
        ]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("numbers.css",), face="admin")]
