"""What an admin should know about a format before tickets get its numbers. Nothing of it keeps a format from being saved."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from hookdesk.api import NumberFormat, Ticket, reading, scope, system
from hookdesk_numbers import formats

LOOKED_AHEAD = 100


def findings(pattern: str, counting: formats.Counting | None, format_id: int | None = None) -> list[str]:
    """Sentences about a format that can be taken."""
    form = formats.number_format(pattern, counting)
    if counting is None:
        return _crowded(form)
    return [*_taken(form, counting.following), *_alike(pattern, counting, format_id)]


def _crowded(form: NumberFormat) -> list[str]:
    """Whether random digits will soon be hard to find."""
    room = 9 * 10 ** (form.width - 1)
    asked = select(Ticket.id).where(scope(system("numbers"))).limit(room // 10 + 1)
    if int(reading().scalar(select(func.count()).select_from(asked.subquery()))) <= room // 10:
        return []
    return [_("The site has many tickets for so few digits. Once they are hard to find, numbers get one digit more.")]


def _taken(form: NumberFormat, following: int) -> list[str]:
    """Whether tickets have some of the next numbers."""
    ahead = formats.upcoming(form, following, LOOKED_AHEAD)
    asked = select(Ticket.number).where(Ticket.number.in_(ahead), scope(system("numbers")))
    found = set(reading().scalars(asked))
    if not found:
        return []
    first = next(number for number in ahead if number in found)
    return [
        ngettext(
            "Of the next %(ahead)s numbers a ticket has one already, %(first)s. It will be passed over.",
            "Of the next %(ahead)s numbers tickets have %(num)s already, the first is %(first)s. They will be passed over.",
            len(found), ahead=LOOKED_AHEAD, first=first,
        )
    ]  # fmt: skip


def _alike(pattern: str, counting: formats.Counting, format_id: int | None) -> list[str]:
    """Whether another sequence makes numbers that look the same."""
    shape = formats.dated(pattern).replace("#", "")
    return [
        _("The format %(name)s makes numbers of the same look from another source, so some will be passed over.",
          name=row.name)
        for row in reading().all(formats.every().limit(formats.MOST))
        if row.id != format_id and row.key != counting.key and formats.dated(row.pattern).replace("#", "") == shape
    ]  # fmt: skip
