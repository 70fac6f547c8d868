"""The public number of something new: counted or drawn in its own transaction, and never one that another has."""

from __future__ import annotations

from itertools import count
from secrets import randbelow
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.models import Ticket
from hookdesk.services import counters
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.types.drafts import NumberFormat

TRIES = 50
"""So many numbers that are taken are passed one by one; then counting takes ever wider strides, and drawing another digit."""


def give(session: Session, wanted: NumberFormat | None, column: Any = Ticket.number) -> str:
    """A number that no ticket (or nothing else that has its numbers in `column`) has, in the wanted format or that of tickets."""
    form = wanted or _own()
    for attempt in count():
        number = form.filled(_digits(session, form, attempt // TRIES))
        if session.scalar(select(column).where(column == number)) is None:
            return number
    raise AssertionError("unreachable: strides and digits grow until a number is free")


def _own() -> NumberFormat:
    """What counts while no plugin says anything: plain numbers from the configured start."""
    return NumberFormat("#", "ticket_number", start=site().settings.get("core", CoreSettings).ticket_number_start)


def _digits(session: Session, form: NumberFormat, growth: int) -> str:
    """The next digits; the first of random ones is no 0, which spreadsheets would drop."""
    if form.counter:
        return str(counters.increase(session, form.counter, form.start - form.step, form.step << growth))
    least: int = 10 ** (form.width + growth - 1)
    return str(least + randbelow(9 * least))
