"""Tickets in files: columns of one's choice, of visible tickets alone, no formulas, for whoever asked, for a day."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from zipfile import ZipFile

import pytest
from selectolax.lexbor import LexborHTMLParser

from hookdesk.api import Actor, Ticket, tickets
from hookdesk.testing.instances import Client
from hookdesk_export import files, services
from hookdesk_export.services import Wanted

pytestmark = pytest.mark.plugins("export", "tags", "storage_fs")
MakeTicket = Callable[..., Ticket]
Inside = Callable[..., Any]
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


def test_an_xlsx_file_has_texts_numbers_and_moments(
    ada: Actor, make_ticket: MakeTicket, inside: Inside, run_jobs: Callable[..., int], desk: Client
) -> None:
    """A text that looks like a formula stays a text."""
    ticket = make_ticket("=1+1")
    wanted = Wanted([ticket.id], ["number", "subject", "created", "tag"], "xlsx", "Open", "/agent/")
    made = written(wanted, ada, inside, run_jobs)
    assert (made.state, made.filename.endswith(".xlsx")) == ("done", True)
    book = ZipFile(io.BytesIO(desk.get(f"/agent/exports/{made.id}/file").data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<t>=1+1</t>" in sheet or "=1+1" in book.read("xl/sharedStrings.xml").decode()
    assert 's="2"' in sheet


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
