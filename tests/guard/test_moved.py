"""Tickets that were merged or deleted: who sees what afterwards, by every road."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import actors, bin
from hookdesk.testing import Client
from hookdesk_merge import merging
from tests.guard.company import AGENTS, REQUESTERS, Case, Company, generated, store
from tests.guard.pages import shown

pytestmark = [
    pytest.mark.plugins("*"),
    pytest.mark.requires("desk", "portal", "search", "merge", "storage_fs"),
]
RunJobs = Callable[..., int]
WORDS = ("message", "reply", "content")


@pytest.fixture
def company(hookdesk_app: Flask, run_jobs: RunJobs) -> Company:
    """One whose organizations share their tickets with all of their people."""
    made = store(hookdesk_app, generated(2))
    run_jobs("outbox")
    return made


def by_root(app: Flask, company: Company, work: Callable[..., object], *args: object) -> None:
    """Let the administrator do something."""
    with app.app_context():
        work(actors.agent_actor(company.agents["root"]), *args)


def reads(client: Client, case: Case, path: str, file: str) -> set[bool]:
    """Whether the words of a ticket, and those of its file, are there."""
    page = client.get(path, follow_redirects=True).text
    return {case.word("message") in page, case.word("content") in client.get(file).text}


def test_a_merge_opens_the_conversation_to_participants_alone(
    hookdesk_app: Flask, company: Company, run_jobs: RunJobs
) -> None:
    parent = company.cases[0]
    child = next(case for case in company.cases if case.owner != parent.owner)
    by_root(hookdesk_app, company, merging.merge, parent.id, [child.id])
    run_jobs("outbox", "search.index")
    file = child.files["message"]
    for name in REQUESTERS:
        sees = company.requester_sees(name, parent) or company.takes_part(name, child)
        browser = company.requester_browser(hookdesk_app, name)
        for number in (parent.number, child.number):
            reached = sees and (number == parent.number or company.requester_sees(name, child))
            page = browser.get(f"/tickets/{number}", follow_redirects=True).text
            assert (child.word("message") in page) is reached, (name, number)
            assert child.word("note") not in page
        assert (child.word("content") in browser.get(f"/attachments/{file}/x").text) is sees
        guest = company.guest_browser(hookdesk_app, child, name)
        page = guest.get(f"/tickets/{child.number}", follow_redirects=True).text
        assert (child.word("message") in page) is company.takes_part(name, child), name
    for login in AGENTS:
        is_shown = not AGENTS[login][3] and child.department in company.works_in(login)
        sees = company.agent_sees(login, parent) or is_shown
        desk = company.agent_browser(hookdesk_app, login)
        assert reads(desk, child, f"/agent/tickets/{parent.number}", f"/agent/attachments/{file}/x") == {sees}, login
        found = shown(desk.get(f"/agent/search/?q={child.word('message')}"), company)
        assert found == ({parent.place} if sees else set()), login


def test_what_lies_in_the_bin_is_nowhere_else(hookdesk_app: Flask, company: Company, run_jobs: RunJobs) -> None:
    case = company.cases[0]
    run_jobs("search.index")
    by_root(hookdesk_app, company, bin.discard, case.id)
    run_jobs("outbox")
    file = case.files["message"]
    for login in AGENTS:
        desk = company.agent_browser(hookdesk_app, login)
        roads = (f"/agent/tickets/{case.number}/why", "/agent/", f"/agent/search/?q={case.word('message')}")
        for path in (*roads, f"/agent/attachments/{file}/x", f"/agent/queues/requester-{company.users[case.owner]}"):
            answer = desk.get(path).text
            assert not any(case.word(what) in answer for what in ("subject", "reply", "content")), (login, path)
        listed = case.word("subject") in desk.get("/agent/bin").text
        assert listed is company.agent_sees(login, case), login
    for name in REQUESTERS:
        browser = company.requester_browser(hookdesk_app, name)
        for path in ("/tickets", f"/tickets/{case.number}", f"/attachments/{file}/x"):
            answer = browser.get(path, follow_redirects=True).text
            assert not any(case.word(what) in answer for what in ("subject", *WORDS)), (name, path)
