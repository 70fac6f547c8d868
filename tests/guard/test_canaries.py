"""Words that somebody must not see are on no page that they can reach, by links or by guessing: not in lists, menus, files or headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import ANONYMOUS, InboundFile, InboundMessage, ReplyDraft, intake, reading, system, threads, transact
from hookdesk.models import Agent, Department, Organization, Role, Ticket, User
from hookdesk.services import people
from hookdesk.testing import Client
from hookdesk_forms import services as forms
from hookdesk_forms.models import Value
from hookdesk_forms.services import FieldValues, FormValues
from tests.guard.company import AGENTS, BACK, PRIVATE, Company, address, generated, store
from tests.guard.pages import crawl

pytestmark = [
    pytest.mark.plugins("*"),
    pytest.mark.requires("desk", "portal", "search", "storage_fs", "topics", "forms"),
]
RunJobs = Callable[..., int]
LOOKS = ["user.directory"]
MARK = "canary"
SUBJECT, MESSAGE, FILE, CONTENT, NOTE, NOTE_FILE = (
    f"{MARK}{word}" for word in ("subj", "mess", "file", "cont", "note", "notefile")
)
REQUESTER, MAIL, ORGANIZATION, USER_NOTES = (f"{MARK}{word}" for word in ("person", "mail", "orga", "usernotes"))
AGENT, AGENT_NOTES, PLACE = (f"{MARK}{word}" for word in ("agent", "agentnotes", "place"))
FIELD = f"{MARK}field"
TICKET_WORDS = {FIELD, SUBJECT, MESSAGE, FILE, CONTENT, NOTE, NOTE_FILE, REQUESTER, MAIL, ORGANIZATION}
GUESSED = (
    "/agent/tickets/{number}/fields", "/tickets/{number}/fields",
    "/tickets", "/tickets/{number}", "/attachments/{file}/x", "/attachments/{note_file}/x", "/agent/", "/agent/tickets/{number}",
    "/agent/tickets/{number}/why", "/agent/bin", "/agent/tickets/{number}/next",
    "/agent/attachments/{file}/x", "/agent/attachments/{note_file}/x", "/agent/queues/department-{department}",
    "/agent/queues/requester-{user}", "/agent/queues/closed", "/agent/?only=unassigned&sort=oldest", "/agent/?since=1",
    "/agent/search/?q={number}", "/agent/search/?q=canary", f"/agent/search/?q={SUBJECT}", f"/agent/search/?q={NOTE}",
    f"/agent/search/?q={MAIL}", "/agent/tickets/new", "/agent/tickets/new?email={MAIL}", "/agent/people?q=canary",
    "/agent/people/{user}", "/agent/people/{agent_user}", "/agent/people/{agent_user}/edit", "/agent/people/organizations",
    "/agent/people/departments/{department}", "/agent/people/departments",
    "/admin/", "/admin/users", "/admin/users/{user}", "/admin/organizations", "/admin/departments/{department}",
    "/admin/agents/{agent}", "/admin/access?q={number}", "/admin/audit", "/admin/find?q=canary", "/admin/log", "/admin/intake/1",
    "/open", "/check", "/health",
)  # fmt: skip


class Secret:
    """A ticket in a department that nobody but its own agents may know of, all of its words canaries."""

    def __init__(self, app: Flask) -> None:
        """Store it."""
        with app.app_context():
            transact(self._people)
            message = InboundMessage(
                channel="portal", sender_address=f"{MAIL}@secret.example", sender_name="Somebody", subject=f"On {SUBJECT}",
                text=f"It is {MESSAGE}.", files=(InboundFile(f"{FILE}.txt", "text/plain", CONTENT.encode()),),
            )  # fmt: skip
            settled = intake.submit(message, ANONYMOUS)
            assert settled.ticket_id is not None
            self.ticket_id = settled.ticket_id
            transact(self._place)
            file = InboundFile(f"{NOTE_FILE}.txt", "text/plain", NOTE_FILE.encode())
            threads.post(system(), ReplyDraft(self.ticket_id, "note", f"Psst: {NOTE}.", files=(file,)))

    def _people(self, session: Session) -> None:
        """Its department, its agent, its requester."""
        role_id = session.scalars(select(Role.id)).first() or 0
        place = Department(name=PLACE, is_public=False)
        session.add(place)
        session.flush()
        agent = people.create_agent(
            session,
            login=AGENT,
            name=AGENT,
            address=f"{AGENT}@helpdesk.example",
            department_id=place.id,
            role_id=role_id,
        )
        agent.notes = AGENT_NOTES
        user = people.ensure_user(session, f"{MAIL}@secret.example", REQUESTER)
        organization = Organization(name=ORGANIZATION, notes=ORGANIZATION, created_at=user.created_at)
        session.add(organization)
        session.flush()
        user.organization_id, user.notes = organization.id, USER_NOTES
        self.department_id, self.agent_id, self.user_id, self.agent_user_id = place.id, agent.id, user.id, agent.user_id

    def _place(self, session: Session) -> None:
        """Into its department, to its agent."""
        ticket = session.get_one(Ticket, self.ticket_id)
        ticket.department_id, ticket.assignee_id, self.number = self.department_id, self.agent_id, ticket.number

    def guesses(self) -> list[str]:
        """Addresses that somebody who knows how they are built would try. Files are numbered in the order in which they came."""
        named = {
            "number": self.number, "department": self.department_id, "agent": self.agent_id, "user": self.user_id, "MAIL": MAIL,
            "agent_user": self.agent_user_id, "file": 1, "note_file": 2,
        }  # fmt: skip
        return [one.format(**named) for one in GUESSED] + [f"/agent/attachments/{place}/x" for place in range(1, 12)]


@pytest.fixture
def secret(hookdesk_app: Flask) -> Secret:
    """The secret ticket, the first of the site."""
    return Secret(hookdesk_app)


@pytest.fixture
def company(hookdesk_app: Flask, secret: Secret, run_jobs: RunJobs) -> Company:
    """The others, none of whom has to do with it; agents may know of their own departments alone."""
    made = store(hookdesk_app, generated(1))
    with hookdesk_app.app_context():
        transact(_hide_names)
        _fill_in(secret, made)
    run_jobs("outbox", "search.index")
    return made


def _fill_in(secret: Secret, made: Company) -> None:
    """A form with a field for everybody and one that requesters do not see."""
    form_id = forms.save_form(system(), FormValues("More", is_for_all=True))
    shown, inner = (
        forms.save_field(system(), form_id, FieldValues(key.title(), "text", key, requester=level))
        for key, level in (("device", "open"), ("judgement", "hidden"))
    )

    def work(session: Session) -> None:
        session.add(Value(field_id=shown, ticket_id=secret.ticket_id, text=FIELD))
        for case in made.cases:
            session.add(Value(field_id=shown, ticket_id=case.id, text=case.word("device")))
            session.add(Value(field_id=inner, ticket_id=case.id, text=case.word("judgement")))

    transact(work)


def _hide_names(session: Session) -> None:
    """Let agents know of their own departments alone."""
    for agent in session.scalars(select(Agent).where(Agent.login.in_(AGENTS))):
        agent.permissions = [name for name in agent.permissions if name == "ticket.see_all"]


COMMON = ("subject", "message", "reply", "file", "content", "device")
"""What a requester may know of a ticket in sight."""
EVERYTHING = {*TICKET_WORDS, USER_NOTES, AGENT, AGENT_NOTES, PLACE}


@pytest.mark.parametrize("login", ["sam", "lim", "pat", "tea"])
def test_agents_of_other_departments(hookdesk_app: Flask, secret: Secret, company: Company, login: str) -> None:
    """Neither the ticket, nor who asked, nor that there is such a department or such an agent; of other tickets only their own."""
    foreign = {
        case.word(what)
        for case in company.cases
        if not company.agent_sees(login, case)
        for what in (*COMMON, "note", "secretfile", "secretcontent", "judgement")
    }
    desk = company.agent_browser(hookdesk_app, login)
    assert crawl(desk, ["/agent/", *secret.guesses()], EVERYTHING | foreign) == []


def test_who_sees_all_tickets_is_not_told_what_is_noted_of_agents(
    hookdesk_app: Flask, secret: Secret, company: Company
) -> None:
    """The ticket itself they may see; what an administrator notes of an agent is for administrators."""
    desk = company.agent_browser(hookdesk_app, "eye")
    assert SUBJECT in desk.get(f"/agent/tickets/{secret.number}").text
    assert crawl(desk, ["/agent/", *secret.guesses()], {AGENT_NOTES}) == []


def test_who_looks_through_people_is_shown_no_foreign_ticket(
    hookdesk_app: Flask, secret: Secret, company: Company
) -> None:
    """The list of users and organizations is a permission of its own: it shows people, and of their tickets what the guard lets through."""
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Agent).where(Agent.login == "sam").values(permissions=LOOKS)))
    desk = company.agent_browser(hookdesk_app, "sam")
    pages = ["/agent/people", f"/agent/people/{secret.user_id}", *_organizations(hookdesk_app)]
    forbidden = {SUBJECT, MESSAGE, FILE, CONTENT, NOTE, NOTE_FILE, AGENT, PLACE}
    foreign = {case.word("subject") for case in company.cases if not company.agent_sees("sam", case)}
    assert crawl(desk, [*pages, *secret.guesses()], forbidden | foreign) == []


def _organizations(app: Flask) -> list[str]:
    """The pages of all organizations."""
    with app.app_context():
        return [f"/agent/people/organizations/{row_id}" for row_id in reading().scalars(select(Organization.id))]


@pytest.mark.parametrize("name", ["owen", "prim", "otto"])
def test_requesters(hookdesk_app: Flask, secret: Secret, company: Company, name: str) -> None:
    """Nothing of others' tickets; of their own no note, and not the name of a private department."""
    hidden = {
        case.word(what) for case in company.cases for what in ("note", "secretfile", "secretcontent", "judgement")
    }
    foreign = {case.word(what) for case in company.cases if not company.requester_sees(name, case) for what in COMMON}
    portal = company.requester_browser(hookdesk_app, name)
    own = [f"/tickets/{case.number}" for case in company.cases]
    assert crawl(portal, ["/", *own, *secret.guesses()], EVERYTHING | hidden | foreign | {PRIVATE, BACK}) == []


def test_guests_and_strangers(hookdesk_app: Flask, secret: Secret, company: Company) -> None:
    """A guest is shown one ticket; a stranger none, and no names of people or departments."""
    case = company.cases[0]
    words = {one.word(what) for one in company.cases for what in ("note", "secretfile", "secretcontent", "judgement")}
    words |= {one.word(what) for one in company.cases[1:] for what in COMMON}
    numbers = [f"/tickets/{one.number}" for one in company.cases]
    guest = company.guest_browser(hookdesk_app, case)
    assert crawl(guest, ["/", *numbers, *secret.guesses()], EVERYTHING | words | {PRIVATE, BACK}) == []
    stranger = hookdesk_app.test_client()
    assert isinstance(stranger, Client)
    words |= {case.word(what) for what in COMMON} | {"Person", address("")}
    assert crawl(stranger, ["/", *numbers, *secret.guesses()], EVERYTHING | words | {PRIVATE, BACK}) == []


@pytest.mark.requires("admin")
def test_the_secret_is_there_to_be_found(hookdesk_app: Flask, secret: Secret, company: Company) -> None:
    """The crawl of an administrator meets every canary: those that the others do not meet are not missing from the site."""
    root = company.agent_browser(hookdesk_app, "root")
    pages = ["/agent/", *secret.guesses(), f"/admin/agents/{secret.agent_id}", f"/admin/users/{secret.user_id}"]
    met = {leak.rpartition(": ")[2] for leak in crawl(root, pages, EVERYTHING)}
    assert met == EVERYTHING
    with hookdesk_app.app_context():
        assert transact(lambda session: session.get_one(User, secret.user_id).notes) == USER_NOTES
