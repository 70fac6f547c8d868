"""What is due on tickets, as the chips of lists and of a ticket's head say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_timedelta
from flask_babel import get_locale
from flask_babel import gettext as _

from hookdesk.api import Due, SlaHooks, clock, site

NEARLY = 0.75
"""From this share of the time on, a chip is amber."""
ICON_STATES = {"running": "ok", "paused": "paused", "breached": "late"}


@dataclass(frozen=True, slots=True)
class Chip:
    """What the macro `sla` draws: `state` is ok, soon, late or paused, `used` the part of the ring."""

    state: str
    text: str
    title: str
    target: str
    used: float

    @property
    def dash(self) -> int:
        """The part of the ring, in percent."""
        return round(self.used * 100)


def is_kept() -> bool:
    """Whether anybody keeps deadlines: lists have no column for what does not exist."""
    return bool(site().hooks.implementations(SlaHooks.sla_due.__name__))


def chips(rows: Iterable[Any]) -> dict[int, Chip]:
    """The chips of tickets by id; a date that is set counts where no plugin says more."""
    rows = list(rows)
    open_ids = [row.id for row in rows if row.state == "open"]
    told: Mapping[int, Due] = site().hooks.first(SlaHooks.sla_due, ticket_ids=open_ids) or {} if open_ids else {}
    found = {}
    for row in rows:
        if row.id in told:
            found[row.id] = _chip(told[row.id])
        elif row.state == "open" and row.due_at != clock.NEVER:
            state = "breached" if row.due_at <= clock.now() else "running"
            found[row.id] = _chip(Due(_("Due"), row.due_at, state, 0.0))
    return found


def _chip(due: Due) -> Chip:
    """A deadline as a chip."""
    state = ICON_STATES.get(due.state, "ok")
    if state == "ok" and due.used >= NEARLY:
        state = "soon"
    if due.due_at is None:
        text = _("paused")
    else:
        text = (
            _("%(time)s over", time=_span(due.due_at))
            if state == "late"
            else _("%(time)s left", time=_span(due.due_at))
        )
    return Chip(state, text, due.note, due.target, min(1.0, max(0.0, due.used)))


def _span(moment: datetime) -> str:
    """The time between now and a moment, in its largest unit: "2 hrs"."""
    seconds = abs((moment - clock.now()).total_seconds())
    return format_timedelta(max(60, round(seconds)), format="short", threshold=2, locale=get_locale() or "en")
