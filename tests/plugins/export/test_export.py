"""Tickets in files: columns of one's choice, of visible tickets alone, no formulas, for whoever asked, for a day."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Attachment,
    CoreSettings,
    InboundFile,
    ReplyDraft,
    Ticket,
    site,
    system,
    threads,
    tickets,
    transact,
)
from hookdesk.testing.instances import Client
from hookdesk_export import columns, files, services
from hookdesk_export.services import Wanted

pytestmark = pytest.mark.plugins("export", "tags", "storage_fs")
MakeTicket = Callable[..., Ticket]
Inside = Callable[..., Any]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EPOCH = datetime.fromisoformat("1899-12-30")
"""Where spreadsheets begin to count days, a leap day of 1900 that never was included."""
shown = datetime.fromisoformat
COLUMNS = ["number", "subject", "requester", "email", "status", "created"]


def export(client: Client, **given: Any) -> LexborHTMLParser:
    """Ask for an export; the page that it leads to."""
    sent = {"column": COLUMNS, "form": "csv", **given}
    return LexborHTMLParser(client.submit("/agent/profile", sent, to="/agent/exports/").data)


def table(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def written(wanted: Wanted, actor: Actor, inside: Inside, run_jobs: Callable[..., int]) -> Any:
    """An export once its job has run."""
    export_id = inside(lambda: services.begin(actor, wanted))
    run_jobs("export.write")
    return inside(lambda: services.own(actor, export_id))


def test_a_list_is_exported_by_the_job_and_downloaded(
    desk: Client, make_ticket: MakeTicket, run_jobs: Callable[..., int]
) -> None:
    for subject in ("=HYPERLINK(1)", 'Ünïcode, "quoted"', "three"):
        make_ticket(subject)
    chosen = LexborHTMLParser(desk.get("/agent/exports/new?queue=unassigned").data)
    assert {"number", "subject", "email"} <= {
        box.attributes["value"] for box in chosen.css('input[name="column"]') if "checked" in box.attributes
    }
    page = export(desk, queue="unassigned", sort="oldest")
    assert "0 of 3 tickets" in page.css_first("main").text()
    address = page.css_first("[hx-get]").attributes["hx-get"] or ""
    run_jobs("export.write")
    done = LexborHTMLParser(desk.get(address).data)
    assert done.css_first("[hx-get]") is None
    answer = desk.get(done.css_first("a[download]").attributes["href"] or "")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = table(answer.data)
    assert [len(row) for row in rows] == [6, 6, 6, 6]
    assert rows[1][1:5] == ["'=HYPERLINK(1)", "Grace Hopper", "grace@example.org", "Open"]
    assert rows[2][1] == 'Ünïcode, "quoted"'
    assert "download" in desk.get("/agent/exports/").get_data(as_text=True)


def sheet(content: bytes) -> list[list[Any]]:
    """The cells of a workbook, read as ECMA-376 (part 1, §18.3.1.4 and §22.9.2.19) writes them: texts, numbers, and moments."""
    book = ZipFile(io.BytesIO(content))
    assert book.testzip() is None
    for name in book.namelist():
        ElementTree.fromstring(book.read(name))  # noqa: S314  # we have written it
    root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # the same
    assert root.find(f".//{MAIN}f") is None, "a formula"
    return [[_read(cell) for cell in row] for row in root.iter(f"{MAIN}row")]


def _read(cell: ElementTree.Element) -> Any:
    """One of them."""
    if cell.get("t") == "inlineStr":
        text = "".join(part.text or "" for part in cell.iter(f"{MAIN}t"))
        return re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), text)
    number = float(cell.findtext(f"{MAIN}v") or "nan")
    return EPOCH + timedelta(days=number) if cell.get("s") else number


@pytest.mark.plugins("export", "forms", "tags", "storage_fs")
def test_an_xlsx_file_has_texts_numbers_moments_and_what_forms_ask_for(
    ada: Actor, make_ticket: MakeTicket, inside: Inside, run_jobs: Callable[..., int], desk: Client, hookdesk_app: Flask
) -> None:
    """A text that looks like a formula stays a text; a moment is written in the reader's zone, on both sides of the change of clocks."""
    from hookdesk_forms import services as forms
    from hookdesk_forms.services import FieldValues, FormValues

    with hookdesk_app.app_context():
        form = forms.save_form(system(), FormValues("Device", is_for_all=True))
        forms.save_field(system(), form, FieldValues("Model", "text"))
        forms.save_field(system(), form, FieldValues("Pieces", "number"))
        site().settings.save("core", CoreSettings, {"timezone": "Europe/Berlin"}, system())
    ticket = make_ticket("=1+1", fields={"model": "+49 😀", "pieces": "12"})
    with hookdesk_app.app_context():
        named = {one.label: name for name, one in columns.known().items()}
        change = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        moved = update(Ticket).values(created_at=change, last_activity_at=change - timedelta(hours=1))
        transact(lambda session: session.execute(moved))
    wanted = ["number", "subject", "created", "activity", named["Model"], named["Pieces"]]
    made = written(Wanted([ticket.id], wanted, "xlsx", "Open", "/agent/"), ada, inside, run_jobs)
    assert (made.state, made.filename.endswith(".xlsx")) == ("done", True)
    [heads, row] = sheet(desk.get(f"/agent/exports/{made.id}/file").data)
    assert heads[-2:] == ["Model", "Pieces"]
    clocks = [shown("2026-03-29 03:30"), shown("2026-03-29 01:30")]
    assert [round_minutes(one) for one in row] == [ticket.number, "=1+1", *clocks, "+49 😀", 12]


def round_minutes(value: Any) -> Any:
    """A moment without what a float has added to it."""
    return (value + timedelta(seconds=30)).replace(second=0, microsecond=0) if isinstance(value, datetime) else value


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("x" * 40_000, "x" * 32_000),
        ("😀" * 20_000, "😀" * 16_000),
        ("a\x01b\x0b\x1f\ufffe", "a\x01b\x0b\x1f\ufffe"),
        ("_x0041_", "_x0041_"),
        ("  kept  ", "  kept  "),
        ("two\nlines\tand <&>\"'", "two\nlines\tand <&>\"'"),
        ("https://example.org", "https://example.org"),
        (shown("0001-01-01 12:00"), "0001-01-01 12:00"),
        (shown("9999-12-31 12:00"), shown("9999-12-31 12:00")),
        (12_345_678_901_234_567_890, "12345678901234567890"),
        (float("inf"), "inf"),
        (-1.5, -1.5),
    ],
)
def test_whatever_stands_in_a_cell_a_reader_finds_again(value: Any, read: Any) -> None:
    [[_head], [found]] = sheet(files.made("xlsx", ["=A()"], [[value]]))
    assert round_minutes(found) == read


@pytest.mark.parametrize(("zone", "year"), [("America/New_York", 1), ("Asia/Tokyo", 9999)])
def test_a_moment_at_the_end_of_the_calendar_is_written_as_it_is(zone: str, year: int) -> None:
    moment = datetime(year, 1 if year == 1 else 12, 1 if year == 1 else 31, 23 if year > 1 else 0, tzinfo=UTC)
    assert files.unpacked(files.packed(moment), ZoneInfo(zone)) == moment.replace(tzinfo=None)


def test_only_what_the_agent_may_see_and_export_is_written(
    ada: Actor,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    make_department: Callable[[str], int],
    inside: Inside,
    run_jobs: Callable[..., int],
    desk: Client,
) -> None:
    """Also what they may see no longer once it is written."""
    here, moved = make_ticket("here"), make_ticket("CANARY")
    boss, billing = make_agent("boss", is_admin=True), make_department("Billing")
    wanted = Wanted([here.id, moved.id, 9999], ["subject"], "csv;", "Open", "/agent/")
    export_id = inside(lambda: services.begin(ada, wanted))
    inside(lambda: tickets.transfer(boss, moved.id, billing))
    run_jobs("export.write")
    assert table(desk.get(f"/agent/exports/{export_id}/file").data, ";")[1:] == [["here"]]


def test_files_are_their_makers_and_go_after_a_day(
    desk: Client,
    ada: Actor,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    inside: Inside,
    run_jobs: Callable[..., int],
    clock: Any,
) -> None:
    boss, ticket = make_agent("boss", is_admin=True), make_ticket()
    wanted = Wanted([ticket.id], ["subject"], "csv", "Open", "/agent/")
    theirs, mine = (written(wanted, actor, inside, run_jobs) for actor in (boss, ada))
    assert desk.get(f"/agent/exports/{theirs.id}/file").status_code == 404
    assert desk.get(f"/agent/exports/{theirs.id}").status_code == 404
    assert desk.get(f"/agent/exports/{mine.id}/file").status_code == 200
    clock.advance(hours=25)
    run_jobs("export.forget")
    assert desk.get(f"/agent/exports/{mine.id}/file").status_code == 404


def test_one_that_is_cancelled_while_its_file_is_made_stays_cancelled(
    ada: Actor, make_ticket: MakeTicket, inside: Inside, run_jobs: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, begun = files.made, []

    def cancelled_meanwhile(*given: Any) -> bytes:
        content = made(*given)
        services.cancel(ada, begun[0])
        return content

    monkeypatch.setattr(files, "made", cancelled_meanwhile)
    begun.append(inside(lambda: services.begin(ada, Wanted([make_ticket().id], ["subject"], "csv", "Open", "/agent/"))))
    run_jobs("export.write")
    export = inside(lambda: services.own(ada, begun[0]))
    assert (export.state, export.filename) == ("cancelled", "")


def test_it_needs_a_permission_and_can_be_cancelled(
    desk: Client, ada: Actor, give_role: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside, run_jobs: Any
) -> None:
    ticket = make_ticket()
    assert "/agent/exports/new" in desk.get("/agent/").get_data(as_text=True)
    assert "no ticket" in export(desk, selected="99999").text()
    assert "choose columns" in export(desk, column=["nonsense"]).text()
    wanted = Wanted([ticket.id], ["subject"], "csv", "Open", "/agent/")
    export_id = inside(lambda: services.begin(ada, wanted))
    desk.submit("/agent/profile", to=f"/agent/exports/{export_id}/cancel")
    run_jobs("export.write")
    assert inside(lambda: services.own(ada, export_id)).state == "cancelled"
    give_role(ada, "ticket.reply")
    assert "/agent/exports/new" not in desk.get("/agent/").get_data(as_text=True)
    assert desk.get("/agent/exports/new").status_code == 403


def test_one_ticket_is_downloaded_with_its_files_and_notes(
    desk: Client, ada: Actor, make_ticket: MakeTicket, make_department: Callable[[str], int], inside: Inside
) -> None:
    """A page that asks for nothing from elsewhere; pictures lead to the files beside it, and what is gone is named."""
    picture = InboundFile("red button.png", "image/png", b"\x89PNG", "1a2b@inline")
    ticket = make_ticket("Red <b> button", files=(InboundFile("plan.pdf", "application/pdf", b"%PDF"),))
    html = '<div>Press <strong>this</strong>: <img src="cid:1a2b@inline"></div>'
    inside(lambda: threads.post(ada, ReplyDraft(ticket.id, "note", "Press this:", html, files=(picture,))))
    at = f"/agent/exports/tickets/{ticket.number}"
    assert at in desk.get(f"/agent/tickets/{ticket.number}").text
    answer = desk.get(at, buffered=True)
    assert answer.headers["Content-Disposition"] == f"attachment; filename={ticket.number}.zip"
    book = ZipFile(io.BytesIO(answer.data))
    assert book.testzip() is None
    names = book.namelist()
    assert [name.partition(" ")[2] for name in names if name.startswith("files/")] == ["red button.png", "plan.pdf"]
    page = book.read(f"{ticket.number}.html").decode()
    tree = LexborHTMLParser(page)
    assert [node.attributes["src"] for node in tree.css("[src]")] == [names[0]]
    assert "Red &lt;b&gt; button" in page
    assert "<strong>this</strong>" in page
    assert "http" not in page.replace("http-equiv", "")

    def lose(session: Session) -> None:
        session.execute(update(Attachment).where(Attachment.filename == "plan.pdf").values(sha256="0" * 64))

    inside(lambda: transact(lose))
    book = ZipFile(io.BytesIO(desk.get(at, buffered=True).data))
    assert "Files that are not in this archive" in book.read(f"{ticket.number}.html").decode()
    boss = system()
    inside(lambda: tickets.transfer(boss, ticket.id, make_department("Billing")))
    assert desk.get(at).status_code == 404
