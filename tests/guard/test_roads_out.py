"""Roads that lead past the pages: what is given out as files, what programs may do, what is said of others, and others' eyes.

They say what the reference says, too. There is no page for printing: a ticket's own page has a style for paper.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from email.message import EmailMessage
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from hookdesk.api import InboundFile, ReplyDraft, actors, reading, references, system, threads
from hookdesk.models import Attachment, ThreadEntry, Ticket, TicketEvent
from hookdesk.testing import Client
from hookdesk_api_osticket import services as api_keys
from tests.guard.company import AGENTS, REQUESTERS, Case, Company, address
from tests.guard.pages import UNKNOWN, UNKNOWN_ID, same, shown

pytestmark = [
    pytest.mark.plugins("*"),
    pytest.mark.requires(
        "access", "api_osticket", "audit", "desk", "email_in", "email_out", "people", "portal", "search", "storage_fs"
    ),
]
WORDS = ("subject", "message", "reply", "note", "file", "secretfile", "content", "secretcontent")
NOTES = {"note", "secretfile", "secretcontent"}
STRANGER = "nobody@elsewhere.example"


def told(text: str, case: Case) -> set[str]:
    """Which of a ticket's words stand in a text."""
    return {what for what in WORDS if case.word(what) in text}


# What is given out as files


def test_what_is_given_out_about_a_requester(hookdesk_app: Flask, company: Company) -> None:
    """Their own tickets whole, but for notes; of those that they follow what was mailed to them; of any other not a word."""
    root = company.agent_browser(hookdesk_app, "root")
    for name in REQUESTERS:
        text = unpacked(exported(root, company.users[name]))
        for case in company.cases:
            if case.owner == name:
                assert told(text, case) == set(WORDS) - NOTES, (name, case)
            elif company.takes_part(name, case):
                assert case.number in text
                assert not told(text, case) & {*NOTES, "file", "content"}, (name, case)
            else:
                assert told(text, case) == set(), (name, case)


def test_what_is_given_out_about_an_agent(hookdesk_app: Flask, company: Company) -> None:
    """Nothing of the tickets that they worked on, read about in mails, or noted something in: those are other people's."""
    with hookdesk_app.app_context():
        sam = actors.agent_actor(company.agents["sam"])
        assert sam is not None
        for case in company.cases:
            if company.agent_sees("sam", case):
                file = InboundFile("q.txt", "text/plain", case.word("secretcontent").encode())
                threads.post(sam, ReplyDraft(case.id, "note", f"Look: {case.word('note')}", files=(file,)))
    root = company.agent_browser(hookdesk_app, "root")
    for login in AGENTS:
        with hookdesk_app.app_context():
            agent = actors.agent_actor(company.agents[login])
        assert agent is not None
        text = unpacked(exported(root, agent.user_id or 0))
        assert f"{login}@helpdesk.example" in text
        assert [told(text, case) for case in company.cases] == [set()] * len(company.cases), login


def exported(browser: Client, user_id: int) -> TestResponse:
    """What is kept about a person, as somebody's browser gets it."""
    answer = browser.submit("/agent/profile", to=f"/admin/users/{user_id}/export", follow=False)
    answer.get_data()
    answer.close()
    return answer


def unpacked(answer: TestResponse) -> str:
    """All names and all text in a zip."""
    assert answer.mimetype == "application/zip", answer.status
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return "\n".join([*archive.namelist(), *(archive.read(name).decode() for name in archive.namelist())])


def test_lists_that_are_given_out_hold_no_ticket(hookdesk_app: Flask, company: Company) -> None:
    """People and the audit log, for administrators; for anybody else nothing, whoever is asked about."""
    root = company.agent_browser(hookdesk_app, "root")
    for case in company.cases:
        root.submit("/agent/profile", {"status": "closed"}, to=f"/agent/tickets/{case.number}/status")
    people = root.submit("/agent/profile", to="/admin/users/export.csv", follow=False)
    assert {address(name) for name in REQUESTERS} <= {row[1] for row in csv.reader(io.StringIO(people.text))}
    audit = root.get("/admin/audit/export.csv")
    assert (people.status_code, audit.status_code) == (200, 200)
    assert [told(people.text + audit.text, case) for case in company.cases] == [set()] * len(company.cases)
    for login in set(AGENTS) - {"root"}:
        desk = company.agent_browser(hookdesk_app, login)
        assert desk.get("/admin/audit/export.csv").status_code == 403
        for answer in (
            desk.submit("/agent/profile", to="/admin/users/export.csv", follow=False),
            exported(desk, company.users["owen"]),
        ):
            same(answer, exported(desk, UNKNOWN_ID))
            assert answer.status_code == 403


# What programs may do


class Program:
    """A program with a key that may do what `scopes` say."""

    def __init__(self, app: Flask, **scopes: bool) -> None:
        with app.app_context():
            key = api_keys.Values("Shop", ("127.0.0.1",), calls_per_minute=100_000, **scopes)
            self._key = api_keys.create(system("tests"), key)
        self._client = app.test_client(use_cookies=False)

    def post(self, path: str, body: bytes | str) -> TestResponse:
        """Send something."""
        return self._client.post(path, data=body, headers={"X-API-Key": self._key})

    def mail(self, sender: str, subject: str, **headers: str) -> TestResponse:
        """Pass a mail on."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, "support@helpdesk.example", subject
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(f"{sender} asks about {subject}")
        return self.post("/api/tickets.email", mail.as_bytes())


def thread_of(app: Flask, case: Case) -> list[Any]:
    """A ticket as it is stored, with all that hangs on it."""
    with app.app_context():
        return [
            reading().all(select(*model.__table__.columns).where(column == case.id).order_by(model.id))
            for model, column in (
                (Ticket, Ticket.id),
                (ThreadEntry, ThreadEntry.ticket_id),
                (TicketEvent, TicketEvent.ticket_id),
                (Attachment, Attachment.ticket_id),
            )
        ]


def test_a_mail_by_the_api_gets_onto_a_ticket_of_its_sender_alone(hookdesk_app: Flask, company: Company) -> None:
    """A number in the subject counts for who takes part; for anybody else it is a new ticket, as for a number that there is not."""
    program = Program(hookdesk_app)
    senders = {name: address(name) for name in REQUESTERS} | {"nobody": STRANGER}
    senders |= {login: f"{login}@helpdesk.example" for login in ("sam", "root")}
    for case in company.cases:
        for name, sender in senders.items():
            before = thread_of(hookdesk_app, case)
            answer = program.mail(sender, f"Re: #{case.number}")
            belongs = name in REQUESTERS and company.takes_part(name, case)
            assert (answer.status_code, answer.text == case.number) == (201, belongs), (name, case)
            assert (thread_of(hookdesk_app, case) == before) is not belongs
            if not belongs:
                unknown = program.mail(sender, f"Re: #{UNKNOWN}")
                assert (unknown.status_code, set(unknown.headers.keys())) == (201, set(answer.headers.keys()))


def test_the_token_of_a_mail_opens_its_ticket_for_writing_and_nothing_for_reading(
    hookdesk_app: Flask, company: Company
) -> None:
    """Whoever was handed our mail may answer it, and sees no more of the ticket for that. A token that is not ours is nothing."""
    program = Program(hookdesk_app)
    for case in company.cases:
        with hookdesk_app.app_context():
            token = references.marker(case.id)
        before = thread_of(hookdesk_app, case)
        forged = f"{token[:-2]}{'a' if token[-2] != 'a' else 'b'}]"
        assert program.mail(STRANGER, f"Re: {forged}").text != case.number
        assert thread_of(hookdesk_app, case) == before
        assert program.mail(STRANGER, f"Re: {token}").text == case.number
        with hookdesk_app.app_context():
            company.users["nobody"] = reading().scalar(
                select(ThreadEntry.user_id).where(ThreadEntry.ticket_id == case.id).order_by(ThreadEntry.id.desc())
            )
        portal = company.requester_browser(hookdesk_app, "nobody")
        assert shown(portal.get("/tickets"), company) == set()
        same(portal.get(f"/tickets/{case.number}"), portal.get(f"/tickets/{UNKNOWN}"), case.number)


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_a_ticket_by_the_api_is_always_a_new_one(hookdesk_app: Flask, company: Company, kind: str) -> None:
    """Whatever number, id or token it names, and whoever asks: there is no call that writes onto a ticket, and none that reads one."""
    program = Program(hookdesk_app)
    for case in company.cases:
        with hookdesk_app.app_context():
            token = references.marker(case.id)
        before = thread_of(hookdesk_app, case)
        for sender in (address(case.owner), STRANGER):
            given = {
                "email": sender, "name": "X", "subject": f"Re: #{case.number} {token}", "message": f"Let me in {token}",
                "number": case.number, "ticket_id": str(case.id), "ticketId": str(case.id), "match": str(case.id),
            }  # fmt: skip
            fields = "".join(f"<{name}>{value}</{name}>" for name, value in given.items())
            body = json.dumps(given) if kind == "json" else f"<ticket>{fields}</ticket>"
            answer = program.post(f"/api/tickets.{kind}", body)
            assert (answer.status_code, answer.text != case.number) == (201, True), answer.text
        assert thread_of(hookdesk_app, case) == before


def test_a_key_reads_no_ticket_and_without_its_scope_tells_none(hookdesk_app: Flask, company: Company) -> None:
    """Addresses that other helpdesks have lead nowhere; a key for something else is answered the same whatever there is."""
    able, cron = Program(hookdesk_app), Program(hookdesk_app, may_create_tickets=False, may_run_cron=True)
    for case in company.cases:
        for pattern in ("/api/tickets/{}.json", "/api/tickets/{}", "/api/http.php/tickets/{}.json"):
            same(able.post(pattern.format(case.number), ""), able.post(pattern.format(UNKNOWN), ""), case.number)
            assert able.post(pattern.format(case.number), "").status_code == 404
        before = thread_of(hookdesk_app, case)
        refused = [cron.mail(address(case.owner), f"Re: #{number}") for number in (case.number, UNKNOWN)]
        same(*refused, case.number)
        assert refused[0].status_code == 401
        assert thread_of(hookdesk_app, case) == before


# What is said of others, and others' eyes


def test_the_explainer_says_what_the_reference_says(hookdesk_app: Flask, company: Company) -> None:
    """May they see it? For each agent and each requester, of each ticket; the rule that it names is one that holds."""
    root = company.agent_browser(hookdesk_app, "root")
    for case in company.cases:
        for login in AGENTS:
            assert explained(root, "agent", login, case) is company.agent_sees(login, case), (login, case)
            assert not explained(
                root, "portal", f"{login}@helpdesk.example", case
            )  # there they are requesters, of nothing
        for name in REQUESTERS:
            assert explained(root, "portal", address(name), case) is company.requester_sees(name, case), (name, case)


def explained(browser: Client, face: str, who: str, case: Case) -> bool:
    """Whether the explainer says that somebody sees a ticket; by a rule, or by none."""
    page = unescape(browser.get("/admin/access", query_string={"face": face, "who": who, "ticket": case.number}).text)
    sees, does_not = f" sees ticket {case.number}." in page, f" does not see ticket {case.number}." in page
    assert sees is not does_not
    rules = page[page.index("Rules that were asked") : page.index("What they may do with it")]
    assert (": yes</span>" in rules) is sees
    return sees


def test_through_an_agents_eyes(hookdesk_app: Flask, company: Company) -> None:
    """The desk shows an administrator that agent's tickets, and no other."""
    for login in AGENTS:
        desk = company.agent_browser(hookdesk_app, "root")
        desk.submit(f"/admin/access?who={login}", {"who": login, "face": "agent"}, to="/admin/access/eyes")
        expected = {case.place for case in company.cases if company.agent_sees(login, case)}
        queue = desk.get("/agent/queues/open", follow_redirects=True)
        assert f"through the eyes of Agent {login.title()}" in queue.text
        assert shown(queue, company) == expected
        for case in company.cases:
            _seen(desk, company, case, "/agent", case.place in expected)
            found = desk.get(f"/agent/search/?q={case.word('note')}")
            assert shown(found, company) == {case.place} & expected


def test_through_a_requesters_eyes(hookdesk_app: Flask, company: Company) -> None:
    """The portal shows an administrator that requester's tickets, without notes."""
    for name in REQUESTERS:
        portal = company.agent_browser(hookdesk_app, "root")
        given = {"who": address(name), "face": "portal"}
        portal.submit(f"/admin/access?face=portal&who={address(name)}", given, to="/admin/access/eyes")
        expected = {case.place for case in company.cases if company.requester_sees(name, case)}
        assert shown(portal.get("/tickets"), company) == expected
        for case in company.cases:
            _seen(portal, company, case, "", case.place in expected)
            assert not told(portal.get(f"/tickets/{case.number}").text, case) & NOTES
            assert portal.get(f"/attachments/{case.files['note']}/x").status_code == 404


def _seen(browser: Client, company: Company, case: Case, face: str, sees: bool) -> None:
    """The page and a file of one ticket at a face."""
    for pattern, there, unknown in (
        ("/tickets/{}", case.number, UNKNOWN),
        ("/attachments/{}/x", str(case.files["message"]), str(UNKNOWN_ID)),
    ):
        answer = browser.get(face + pattern.format(there))
        if sees:
            assert answer.status_code == 200
        else:
            same(answer, browser.get(face + pattern.format(unknown)), there)
            assert answer.status_code == 404
