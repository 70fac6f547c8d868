"""Rows as a CSV or an XLSX file. No cell can be taken for a formula."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hookdesk.api import no_formula

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "csv;": "text/csv",
}
MOST_UNITS = 32_000
"""A cell of an XLSX file holds 32,767 characters, as UTF-16 counts them: two for a smiley."""
MOST_DIGITS = 15
"""More of a number are lost, for spreadsheets keep it as a float (IEEE 754)."""
FIRST_YEAR = 1900
"""Days are counted from there; what was before is no date to a spreadsheet."""
Rows = Iterable[Sequence[Any]]


def packed(value: Any) -> Any:
    """A value as JSON holds it."""
    return [value.isoformat()] if isinstance(value, datetime) else value


def unpacked(value: Any, zone: ZoneInfo) -> Any:
    """The value again; a moment in the reader's time zone, without saying so."""
    if not isinstance(value, list):
        return value
    moment = datetime.fromisoformat(value[0])
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # at the end of the calendar, where that zone is beyond it already
        return moment.replace(tzinfo=None)


def made(form: str, heads: Sequence[str], rows: Rows) -> bytes:
    """The whole file. Rows are read while they are written, so that they are never all there at once."""
    return _xlsx(heads, rows) if form == "xlsx" else _csv(heads, rows, ";" if form == "csv;" else ",")


def _csv(heads: Sequence[str], rows: Rows, delimiter: str) -> bytes:
    """As text, with a mark by which Excel knows UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow([_safe(head) for head in heads])
    writer.writerows([_safe(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _safe(value: Any) -> str:
    """A cell that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _moment(value)
    return no_formula(value) if isinstance(value, str) else f"{value:.15g}" if isinstance(value, float) else str(value)


def _moment(value: datetime) -> str:
    """A moment as text; `strftime` would write the year 800 with three digits."""
    return value.isoformat(" ", "minutes")


def _xlsx(heads: Sequence[str], rows: Rows) -> bytes:
    """As a workbook, written row by row to a file of its own."""
    import xlsxwriter  # type: ignore[import-untyped]  # it has no types; imported here, for few processes need it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder}
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(heads) - 1, 0), 20)
            bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            for place, head in enumerate(heads):
                sheet.write_string(0, place, head, bold)
            for line, row in enumerate(rows, start=1):
                for place, value in enumerate(row):
                    _write(sheet, line, place, value, moment)
        return path.read_bytes()


def _write(sheet: Any, line: int, place: int, value: Any, moment: Any) -> None:
    """One cell, as what it is; as text what a spreadsheet would not keep as that."""
    if isinstance(value, datetime) and value.year >= FIRST_YEAR:
        sheet.write_datetime(line, place, value, moment)
    elif isinstance(value, int | float) and isfinite(value) and abs(value) < 10**MOST_DIGITS:
        sheet.write_number(line, place, value)
    elif value:
        sheet.write_string(line, place, _cut(_moment(value) if isinstance(value, datetime) else str(value)))


def _cut(text: str) -> str:
    """As much of a text as fits."""
    return text.encode("utf-16-le", "replace")[: 2 * MOST_UNITS].decode("utf-16-le", "ignore")


def open_name(label: str, at: datetime, form: str) -> str:
    """The name under which a browser stores it."""
    ending = "xlsx" if form == "xlsx" else "csv"
    return f"{label[:60]} {at:%Y-%m-%d %H%M}.{ending}"
