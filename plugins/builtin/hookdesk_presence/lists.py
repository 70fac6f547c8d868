"""Who is at a ticket, beside its subject in lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from hookdesk.api import ListColumn, current_actor
from hookdesk_presence import store
from hookdesk_presence.store import Present


def columns() -> Sequence[ListColumn]:
    """A mark; nobody exports who looked at a ticket for a moment."""
    return [ListColumn("presence", _("Who is there"), _loaded, is_mark=True, words=lambda rows: {})]


def _loaded(rows: Sequence[Any]) -> Mapping[int, str]:
    """The marks of a page's rows."""
    return marks(store.others(current_actor(), [row.id for row in rows]))


def marks(people: Mapping[int, Sequence[Present]]) -> dict[int, str]:
    """Avatars of those who are there."""
    return {
        ticket_id: Markup(render_template("presence/mark.html", people=there))  # noqa: S704  # a template, autoescaped
        for ticket_id, there in people.items()
    }
