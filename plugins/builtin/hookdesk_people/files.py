"""CSV as people have it: in UTF-8 or cp1252, with commas, semicolons or tabs; and CSV for spreadsheets that take nothing for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from hookdesk.api import no_formula

MOST_BYTES = 5_000_000
MOST_ROWS = 10_000
MOST_CELLS = 50
LONGEST_CELL = 20_000
DELIMITERS = ",;\t|"


class FileProblem(ValueError):
    """A file cannot be read in; the message is for whoever sent it."""


def read(content: bytes) -> tuple[list[str], list[list[str]]]:
    """The header and the rows; empty lines are passed over, cells are trimmed.

    Raises:
        FileProblem: it is too large, is no text, or has no rows.
    """
    if len(content) > MOST_BYTES:
        raise FileProblem(_("The file is larger than %(most)s MB.", most=MOST_BYTES // 1_000_000))
    text = _decoded(content)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        filled = [[_cell(cell) for cell in row[:MOST_CELLS]] for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise FileProblem(_("This is not readable as CSV: %(error)s.", error=error)) from None
    if len(filled) < 2:
        raise FileProblem(_("The file needs a line of headings and at least one line below it."))
    if len(filled) > MOST_ROWS + 1:
        raise FileProblem(_("The file has more than %(most)s lines; split it.", most=MOST_ROWS))
    return filled[0], filled[1:]


def _decoded(content: bytes) -> str:
    """Text: UTF-8 with or without a mark, UTF-16 with one, else what Windows wrote."""
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileProblem(_("This is not a text file. Save the table as CSV first."))
    for encoding in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileProblem(_("This is not a text file. Save the table as CSV first."))


def _delimiter(text: str) -> str:
    """What stands between the headings: whatever is most frequent there."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _cell(text: str) -> str:
    """A cell without what no column can hold. One that we wrote ourselves loses the apostrophe that kept it from being a formula."""
    trimmed = text.replace("\x00", "").strip()[:LONGEST_CELL]
    return trimmed[1:] if trimmed.startswith("'") and no_formula(trimmed[1:]) == trimmed else trimmed


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Rows as lines of CSV (RFC 4180). A cell that a spreadsheet would run gets an apostrophe (OWASP: CSV injection)."""
    for row in rows:
        written = io.StringIO()
        csv.writer(written).writerow([no_formula(str(cell)) for cell in row])
        yield written.getvalue()
