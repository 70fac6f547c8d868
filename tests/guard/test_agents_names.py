"""Where requesters shall not know agents by name, no page that they reach says one, no mail to them, and no file about them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import (
    Agent,
    CoreSettings,
    ReplyDraft,
    Ticket,
    actors,
    participants,
    reading,
    site,
    system,
    threads,
    tickets,
    transact,
)
from hookdesk.models import Status
from hookdesk.testing import Client
from hookdesk_email_out.models import Mail
from tests.guard.company import PUBLIC, REQUESTERS, Case, Company, address, generated, store
from tests.guard.pages import crawl

pytestmark = [
    pytest.mark.plugins("*"),
    pytest.mark.requires("accounts", "desk", "email_out", "organizations", "people", "portal", "storage_fs"),
]
NAMES = {"Agent Root", "Agent Sam", "root@helpdesk.example", "sam@helpdesk.example", "Yours, R."}


@pytest.fixture(params=["department", "support"])
def company(request: pytest.FixtureRequest, hookdesk_app: Flask, run_jobs: Callable[..., int]) -> Company:
    """A company whose agents have done on each ticket all that they can do."""
    made = store(hookdesk_app, generated(2))
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"agents_shown": request.param}, system())
        transact(lambda session: session.execute(update(Agent).values(signature="Yours, R.")))
    root = made.agent_browser(hookdesk_app, "root")
    for case in made.cases:
        _work(hookdesk_app, made, case)
        given = {"channel": "phone", "email": address(case.owner), "subject": "You called", "message": "So you said."}
        root.submit("/agent/tickets/new", {**given, "notice": "all", "assignee": f"agent:{made.agents['root']}"})
    run_jobs("outbox")
    return made


def _work(app: Flask, company: Company, case: Case) -> None:
    """Assign, answer, show, move, invite, close, answer again."""
    with app.app_context():
        root = actors.agent_actor(company.agents["root"])
        assert root is not None
        closed = reading().scalar(select(Status.id).where(Status.key == "closed"))
        tickets.assign(root, case.id, company.agents["sam"])
        threads.post(root, ReplyDraft(case.id, "response", "We bring water."))
        participants.refer(root, case.id, "agent", company.agents["pat"])
        tickets.transfer(root, case.id, company.departments[PUBLIC])
        participants.add_collaborator(root, case.id, "guest@elsewhere.example", "A Guest")
        tickets.set_status(root, case.id, closed)
        threads.post(root, ReplyDraft(case.id, "response", "It is out."))
        participants.change_owner(root, case.id, address("prim"))
        participants.change_owner(root, case.id, address(case.owner))


def test_no_page_names_an_agent(hookdesk_app: Flask, company: Company) -> None:
    """With an account or by a mailed link, whatever one sees there by what the organization shares."""
    with hookdesk_app.app_context():
        numbers = [f"/tickets/{number}" for number in reading().scalars(select(Ticket.number))]
    for name in REQUESTERS:
        portal = company.requester_browser(hookdesk_app, name)
        assert crawl(portal, ["/", *numbers], NAMES) == [], name
    case = company.cases[0]
    guest = company.guest_browser(hookdesk_app, case)
    assert "We bring water." in guest.get(f"/tickets/{case.number}").text
    assert crawl(guest, ["/", *numbers], NAMES) == []


def test_no_mail_to_requesters_names_an_agent(hookdesk_app: Flask, company: Company) -> None:
    """Neither its head nor its words; mails among agents do, so that they are there to be found."""
    with hookdesk_app.app_context():
        mails = reading().all(select(Mail))
        told = {mail.Mail.address: "" for mail in mails}
        for (mail,) in mails:
            told[mail.address] += "\n".join(
                (mail.sender_name, mail.subject, mail.text, mail.html, mail.name, mail.message_id, mail.references)
            )
    assert {"guest@elsewhere.example", *(address(case.owner) for case in company.cases)} <= set(told)
    for to, text in told.items():
        if not to.endswith("@helpdesk.example"):
            assert {name for name in NAMES if name in text} == set(), to


def test_what_is_given_out_about_a_requester_names_no_agent(hookdesk_app: Flask, company: Company) -> None:
    """The file is for them: who answered stands there as on the page."""
    root = company.agent_browser(hookdesk_app, "root")
    for name in {case.owner for case in company.cases}:
        text = _given_out(root, company.users[name])
        assert "We bring water." in text
        assert {one for one in NAMES if one in text} == set(), name


def _given_out(browser: Client, user_id: int) -> str:
    """What is kept about a person."""
    answer = browser.submit("/agent/profile", to=f"/admin/users/{user_id}/export", follow=False)
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        answer.close()
        return archive.read("person.json").decode()
