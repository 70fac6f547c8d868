"""The plugin: responses in the composer, their pages, and what a filter sends by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _

from hookdesk.api import (
    Actor,
    Event,
    FilterAction,
    NavItem,
    NoSettings,
    PageAssets,
    Plugin,
    ReplyDraft,
    SlotContent,
    TicketView,
    asked_for,
    hookimpl,
)
from hookdesk_canned import automatic, filling, queries, rights
from hookdesk_canned.views import bp


class Canned(Plugin[NoSettings]):
    """Canned responses

    Texts that agents answer with again and again: found by typing “/”, with the ticket's own values filled in and files attached.
    """

    depends = ("desk", "email_out")
    uses = ("directory", "filters")

    @hookimpl
    def permissions(self) -> Sequence[tuple[str, str, str]]:
        """One: in a role for its department's responses and the shared ones, held everywhere for all of them."""
        return [(rights.MANAGE, _("Look after canned responses"), _("Tickets"))]

    @hookimpl
    def filter_actions(self) -> Sequence[FilterAction]:
        """Answer a new ticket (declared by filters)."""
        return [automatic.action()]

    @hookimpl
    def first_answer_transform(self, reply: ReplyDraft, actor: Actor, ticket: TicketView) -> ReplyDraft | None:
        """Fill in what was put into the form for a new ticket, which had no number then (declared by desk)."""
        return filling.first_answer(reply, actor, ticket)

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Post the response that a filter chose."""
        automatic.answer(event)

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """Responses that are for a department's tickets alone."""
        return [(title, url_for("canned.edit", response_id=row_id)) for row_id, title in queries.of_reference(ref)]

    @hookimpl
    @asked_for(slot=["ticket.composer", "ticket.new.answer", "department.manage"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """A button in the composer; a section of the page on which a manager sees to a department."""
        if slot == "department.manage":
            return [SlotContent("canned/manage.html", queries.of_department(args["department"].id), order=40)]
        return [SlotContent("canned/button.html", {"ticket": args.get("ticket")}, order=20)]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages, and what the composer asks for."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the desk."""
        return [PageAssets(css=("canned.css",), face="desk")]

    @hookimpl
    @asked_for(area=["admin", "desk.rail"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in the admin panel, and one in the desk's rail for who may see to any of them."""
        if not actor.is_agent or not rights.may_manage_any(actor):
            return []
        group = "Work" if area == "admin" else ""
        return [NavItem(area, _("Canned responses"), "canned.index", icon="bolt", group=group, order=40)]
