"""Every road to a ticket says what the reference says: queues, counts, pages, threads, files, search, mails, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from hookdesk.api import ANONYMOUS, InboundMessage, Outcome, intake, reading, site, transact
from hookdesk.models import Attachment, ThreadEntry, Ticket, TicketEvent, User
from hookdesk.testing import Client
from hookdesk_email_out.models import Mail
from tests.guard.company import AGENTS, DEPARTMENTS, REQUESTERS, Case, Company, address
from tests.guard.pages import UNKNOWN, UNKNOWN_ID, count_of, same, shown

pytestmark = [
    pytest.mark.plugins("*"),
    pytest.mark.requires("desk", "portal", "search", "why", "email_in", "email_out", "storage_fs"),
]
DOORS = ("/check", "/sign-in")
"""Where the portal sends whoever it does not know: by link alone, or to an account."""
DESK_FORMS = ("assign", "claim", "delete", "note", "priority", "reply", "status", "team", "transfer")


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What is asked inside about tickets and what hangs on them; processes also look around from time to time."""
    with app.app_context():
        engine = site().db.engine
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if re.search(r"FROM (ticket|attachment|thread_entry)\b", statement):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_desk(hookdesk_app: Flask, company: Company) -> None:
    """Lists, counts, pages, notes, files, search and traces, for each kind of agent."""
    for login in AGENTS:
        _one_desk(hookdesk_app, company, login)


def _one_desk(hookdesk_app: Flask, company: Company, login: str) -> None:
    """All of one agent's roads."""
    desk = company.agent_browser(hookdesk_app, login)
    expected = {case.place for case in company.cases if company.agent_sees(login, case)}
    by_place = {case.place: case for case in company.cases}
    queue = desk.get("/agent/queues/open", follow_redirects=True)
    assert shown(queue, company) == expected
    assert count_of(queue, "Open") - count_of(queue, "Unassigned") == sum(
        by_place[place].assignee is not None for place in expected
    )
    for name in DEPARTMENTS:
        there = {place for place in expected if by_place[place].department == name}
        page = desk.get(f"/agent/queues/department-{company.departments[name]}")
        is_mine = not AGENTS[login][3] and (name in company.works_in(login) or AGENTS[login][5])
        assert page.status_code == (200 if is_mine else 404)
        assert shown(page, company) == (there if is_mine else set())
        assert count_of(queue, name) == (len(there) if is_mine else 0)
    mine = {place for place in expected if by_place[place].assignee == login}
    assert shown(desk.get("/agent/queues/mine"), company) == mine
    assert shown(desk.get("/agent/queues/unassigned"), company) == {
        place for place in expected if by_place[place].assignee is None
    }
    assert shown(desk.get("/agent/queues/closed"), company) == set()
    for name in REQUESTERS:
        theirs = {place for place in expected if by_place[place].owner == name}
        page = desk.get(f"/agent/queues/requester-{company.users[name]}")
        assert (page.status_code, shown(page, company)) == ((200, theirs) if theirs else (404, set()))
    for case in company.cases:
        _one_in_the_desk(desk, company, case, case.place in expected)


def _one_in_the_desk(desk: Client, company: Company, case: Case, sees: bool) -> None:
    """Each address of one ticket, and what a search finds of it."""
    page = desk.get(f"/agent/tickets/{case.number}")
    for what in ("message", "reply", "note", "file", "secretfile"):
        assert (case.word(what) in page.text) is sees, what
        found = desk.get(f"/agent/search/?q={case.word(what)}")
        assert shown(found, company) == ({case.place} if sees else set()), what
    assert (desk.get(f"/agent/search/?q={case.number}").status_code == 302) is sees
    for tail in ("", "/why", "/next", "/previous"):
        answer = desk.get(f"/agent/tickets/{case.number}{tail}")
        if sees:
            assert answer.status_code in (200, 302)
        else:
            same(answer, desk.get(f"/agent/tickets/{UNKNOWN}{tail}"), case.number)
    for kind, word in (("message", "content"), ("note", "secretcontent")):
        file = desk.get(f"/agent/attachments/{case.files[kind]}/x")
        assert (case.word(word) in file.text) is sees
        assert (
            desk.get(f"/attachments/{case.files[kind]}/x").status_code == 404
        )  # the portal's address: nobody is signed in there
        if not sees:
            same(file, desk.get(f"/agent/attachments/{UNKNOWN_ID}/x"))


def test_what_is_sent_about_a_foreign_ticket(hookdesk_app: Flask, company: Company) -> None:
    """Each form of the desk answers as for a number that there is not, and changes nothing; so does the change of many."""
    for login in ("sam", "lim", "tea"):
        _forms(hookdesk_app, company, login)


def _forms(hookdesk_app: Flask, company: Company, login: str) -> None:
    """What one agent sends."""
    foreign = [case for case in company.cases if not company.agent_sees(login, case)]
    desk, before = company.agent_browser(hookdesk_app, login), _everything(hookdesk_app)
    for case in foreign:
        for form in DESK_FORMS:
            given = {
                "message": "x",
                "status": "closed",
                "priority": "high",
                "assignee": "",
                "team": "",
                "department": "1",
            }
            answers = [
                desk.submit("/agent/profile", given, to=f"/agent/tickets/{number}/{form}", follow=False)
                for number in (case.number, UNKNOWN)
            ]
            assert answers[0].status_code == 404, form
            same(answers[0], answers[1], case.number)
        for act in ({"act": "claim"}, {"act": "status", "status.to": "2"}, {"act": "note", "note.text": "x"}):
            given = {"selected": case.number, "sure": "1", **act}
            answer = desk.submit("/agent/profile", given, to="/agent/bulk")
            other = desk.submit("/agent/profile", {**given, "selected": UNKNOWN}, to="/agent/bulk")
            same(answer, other, case.number)
    assert _everything(hookdesk_app) == before


def _everything(app: Flask) -> Any:
    """Tickets, entries and events as they are stored."""
    with app.app_context():
        return [
            reading().all(select(*model.__table__.columns).order_by(model.id))
            for model in (Ticket, ThreadEntry, TicketEvent, Attachment)
        ]


def test_the_portal(hookdesk_app: Flask, company: Company) -> None:
    """The list, the page, files and the answer of somebody with an account, a colleague, a contact."""
    for name in REQUESTERS:
        portal = company.requester_browser(hookdesk_app, name)
        expected = {case.place for case in company.cases if company.requester_sees(name, case)}
        assert shown(portal.get("/tickets"), company) == expected
        for case in company.cases:
            _one_in_the_portal(portal, case, case.place in expected)
        assert portal.get("/agent/").location == "/agent/login"


def _one_in_the_portal(portal: Client, case: Case, sees: bool) -> None:
    """Each address of one ticket; its notes and their files for nobody."""
    page = portal.get(f"/tickets/{case.number}")
    assert page.status_code == (200 if sees else 404)
    for what in ("message", "reply", "file"):
        assert (case.word(what) in page.text) is sees, what
    assert "secret" not in page.text
    assert case.word("note") not in page.text
    assert (case.word("content") in portal.get(f"/attachments/{case.files['message']}/x").text) is sees
    unknown = portal.get(f"/attachments/{UNKNOWN_ID}/x")
    same(portal.get(f"/attachments/{case.files['note']}/x"), unknown)
    if not sees:
        same(page, portal.get(f"/tickets/{UNKNOWN}"), case.number)
        answers = [
            portal.submit("/open", {"message": "Let me in"}, to=f"/tickets/{number}")
            for number in (case.number, UNKNOWN)
        ]
        assert answers[0].status_code == 404
        same(answers[0], answers[1], case.number)


def test_guests_strangers_and_who_is_banned(hookdesk_app: Flask, company: Company) -> None:
    """A link shows its one ticket, and none once its person is banned; who has none is shown nothing."""
    stranger = hookdesk_app.test_client()
    assert isinstance(stranger, Client)
    for case in company.cases:
        guest = company.guest_browser(hookdesk_app, case)
        assert shown(guest.get("/tickets"), company) == {case.place}
        for other in company.cases:
            _one_in_the_portal(guest, other, other is case)
        answer = stranger.get(f"/tickets/{case.number}")
        assert answer.location in DOORS
        assert stranger.get(f"/attachments/{case.files['message']}/x").status_code == 404
    case = company.cases[0]
    browsers = company.guest_browser(hookdesk_app, case), company.requester_browser(hookdesk_app, case.owner)
    with hookdesk_app.app_context():
        transact(lambda session: setattr(session.get_one(User, company.users[case.owner]), "is_banned", True))
    for browser in (*browsers, company.guest_browser(hookdesk_app, case)):
        assert browser.get(f"/tickets/{case.number}").location in DOORS
        assert browser.get(f"/attachments/{case.files['message']}/x").status_code == 404


def test_what_is_mailed(hookdesk_app: Flask, company: Company) -> None:
    """Agents are told of tickets that they see; requesters of those in which they take part, and never of a note."""
    by_id = {case.id: case for case in company.cases}
    with hookdesk_app.app_context():
        mails = reading().all(select(Mail.address, Mail.subject, Mail.text, Mail.html, Mail.ticket_id))
    assert {mail.address for mail in mails} & {address(name) for name in REQUESTERS}
    for mail in mails:
        case, (name, _, host) = by_id[mail.ticket_id], mail.address.partition("@")
        sees = company.agent_sees(name, case) if host == "helpdesk.example" else company.takes_part(name, case)
        assert sees, (mail.address, case)
        everything = mail.subject + mail.text + mail.html
        assert case.word("note") not in everything
        assert not any(other.word("subject") in everything for other in company.cases if other is not case)


def test_what_comes_by_mail(hookdesk_app: Flask, company: Company) -> None:
    """A number in the subject leads onto the ticket those who take part in it; from anybody else it begins a new one."""
    people = {name: address(name) for name in REQUESTERS} | {"nobody": "nobody@elsewhere.example"}
    people |= {login: f"{login}@helpdesk.example" for login in ("sam", "root")}
    for case in company.cases:
        for name, sender in people.items():
            message = InboundMessage(
                channel="email",
                sender_address=sender,
                sender_name="X",
                subject=f"Re: #{case.number}",
                text=f"{name} asks",
            )
            with hookdesk_app.app_context():
                settled = intake.submit(message, ANONYMOUS)
            belongs = name in REQUESTERS and company.takes_part(name, case)
            assert settled.outcome is (Outcome.REPLY if belongs else Outcome.TICKET), (name, case)
            assert (settled.ticket_id == case.id) is belongs


def test_what_is_forbidden_costs_what_is_unknown_costs(hookdesk_app: Flask, company: Company) -> None:
    """As many queries, so that no clock tells whether there is such a ticket or file."""
    for login in ("sam", "lim"):
        desk = company.agent_browser(hookdesk_app, login)
        for case in company.cases:
            if company.agent_sees(login, case):
                continue
            for pattern, there, unknown in (
                ("/agent/tickets/{}", case.number, UNKNOWN),
                ("/agent/tickets/{}/why", case.number, UNKNOWN),
                ("/agent/attachments/{}/x", case.files["message"], UNKNOWN_ID),
            ):
                desk.get(pattern.format(unknown))
                with statements(hookdesk_app) as forbidden:
                    desk.get(pattern.format(there))
                with statements(hookdesk_app) as missing:
                    desk.get(pattern.format(unknown))
                assert len(forbidden) == len(missing), "\n".join([pattern, *forbidden, "---", *missing])
