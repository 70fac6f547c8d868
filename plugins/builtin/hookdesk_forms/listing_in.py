"""Items of a list out of pasted lines or a CSV file, all checked before one is stored."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from hookdesk.api import clean_line
from hookdesk_forms.kinds.lists import MOST_ITEMS

LONGEST_NAME, LONGEST_ABBREVIATION, LONGEST_PROPERTY = 200, 40, 500
MOST_BYTES = 2_000_000
_GUARD = re.compile(r"^'(?=[=+@-])")
"""The mark by which an export keeps spreadsheets from calculating a cell."""
_HEADS = ("value", "name", "item")


class UnreadableItems(ValueError):
    """What was pasted or sent cannot be read; the words name the line."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """One line. `properties` are by key."""

    name: str
    abbreviation: str = ""
    properties: dict[str, str] = field(default_factory=dict)


def read(text: str, properties: Sequence[dict[str, str]]) -> list[NewItem]:
    """The items: name, abbreviation, and what the first line names if that is a heading ("value, abbreviation, …").

    Raises:
        UnreadableItems: there is nothing, too much, something too long or something twice.
    """
    if len(text) > MOST_BYTES:
        raise UnreadableItems(_("This is too long: at most %(most)s items.", most=f"{MOST_ITEMS:,}"))
    rows = list(_rows(text))
    if rows and rows[0][1][0].casefold() in _HEADS:
        heads, rows = [cell.casefold() for cell in rows[0][1]], rows[1:]
    else:
        heads = ["value", "abbreviation"]
    if not rows:
        raise UnreadableItems(_("Write at least one item."))
    if len(rows) > MOST_ITEMS:
        told = _("These are %(count)s items; a list holds %(most)s.", count=f"{len(rows):,}", most=f"{MOST_ITEMS:,}")
        raise UnreadableItems(told)
    named = {part["key"].casefold(): part["key"] for part in properties}
    named |= {part["label"].casefold(): part["key"] for part in properties}
    found = [_item(line, cells, heads, named) for line, cells in rows]
    seen: dict[str, int] = {}
    for (line, _cells), item in zip(rows, found, strict=True):
        first = seen.setdefault(item.name.casefold(), line)
        if first != line:
            told = _("Line %(line)s: %(name)s is in line %(first)s already.", line=line, name=item.name, first=first)
            raise UnreadableItems(told)
    return found


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Lines with their number, as clean cells; empty ones are passed over."""
    first = text.lstrip("\ufeff\r\n ").partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    found = []
    try:
        for cells in reader:
            cleaned = [_GUARD.sub("", clean_line(cell)) for cell in cells]
            if any(cleaned):
                found.append((reader.line_num, cleaned))
    except csv.Error as error:
        raise UnreadableItems(
            _("Line %(line)s cannot be read: %(why)s", line=reader.line_num, why=str(error))
        ) from None
    return found


def _item(line: int, cells: list[str], heads: Sequence[str], named: dict[str, str]) -> NewItem:
    """One line as an item."""
    properties: dict[str, str] = {}
    for head, cell in zip(heads[2:], cells[2:], strict=False):
        if head in named and cell:
            properties[named[head]] = cell
    name, abbreviation = cells[0], cells[1] if len(cells) > 1 else ""
    if not name:
        raise UnreadableItems(_("Line %(line)s has no name.", line=line))
    is_long = len(name) > LONGEST_NAME or len(abbreviation) > LONGEST_ABBREVIATION
    if is_long or any(len(value) > LONGEST_PROPERTY for value in properties.values()):
        raise UnreadableItems(_("Line %(line)s is too long.", line=line))
    return NewItem(name, abbreviation, properties)
