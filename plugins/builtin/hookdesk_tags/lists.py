"""Tags in lists of tickets, and on many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from hookdesk.api import ActionField, Actor, BulkAction, ListColumn, TicketView
from hookdesk_tags import catalogue, rules, services


def columns() -> Sequence[ListColumn]:
    """Marks beside the subject, and their words for exports."""
    return [ListColumn("tags", _("Tags"), marks, is_mark=True, words=words)]


def marks(rows: Sequence[Any]) -> Mapping[int, str]:
    """Chips."""
    found = catalogue.of_tickets([row.id for row in rows])
    return {
        ticket_id: Markup(render_template("tags/marks.html", labels=labels))  # noqa: S704  # a template, autoescaped
        for ticket_id, labels in found.items()
    }


def words(rows: Sequence[Any]) -> Mapping[int, str]:
    """Names with commas between them."""
    return names([row.id for row in rows])


def names(ticket_ids: Sequence[int]) -> dict[int, str]:
    """The same, of tickets by their ids."""
    found = catalogue.of_tickets(ticket_ids)
    return {ticket_id: ", ".join(one.name for one in labels) for ticket_id, labels in found.items()}


def actions() -> Sequence[BulkAction]:
    """Put a tag on, take one off; each undoes the other where it changed something."""
    fields = (ActionField("tag", _("Tag"), "choice", rules.choices),)
    given: Mapping[str, Any] = {"fields": fields, "permission": services.PERMISSION, "icon": "tag"}
    return [
        BulkAction("tag", _("Add a tag"), _put, undo=_take_back, **given),
        BulkAction("untag", _("Take off a tag"), _take, undo=_put_back, **given),
    ]


def _put(actor: Actor, ticket: TicketView, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add it."""
    return {"tags": services.put(actor, ticket.id, [int(values["tag"])])}


def _take(actor: Actor, ticket: TicketView, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take it off."""
    return {"tags": services.take(actor, ticket.id, [int(values["tag"])])}


def _take_back(actor: Actor, ticket: TicketView, kept: Mapping[str, Any]) -> None:
    """Take off what was added."""
    services.take(actor, ticket.id, kept["tags"])


def _put_back(actor: Actor, ticket: TicketView, kept: Mapping[str, Any]) -> None:
    """Add what was taken off."""
    services.put(actor, ticket.id, kept["tags"])
