"""Why a ticket is where it is: told beside it and in full, in names, to those who may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Department,
    InboundMessage,
    IntakeRecord,
    Priority,
    RuleNote,
    Ticket,
    TicketDraft,
    Verdict,
    explain,
    intake,
    note_rule,
    reading,
    site,
    system,
    tickets,
    transact,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Clock
from hookdesk.testing.instances import Client
from hookdesk_why import retention, words
from hookdesk_why.settings import Settings

pytestmark = pytest.mark.plugins("why", "desk", "storage_fs")
MakeTicket = Callable[..., Ticket]


@pytest.fixture
def billing(hookdesk_app: Flask) -> int:
    """A department."""

    def work(session: Session) -> int:
        made = Department(name="Billing")
        session.add(made)
        session.flush()
        return made.id

    with hookdesk_app.app_context():
        return transact(work)


@pytest.fixture
def rules(hookdesk_app: Flask, billing: int) -> None:
    """A rule that leads tickets about invoices to Billing, urgently; one that fails; and a screen that keeps lotteries aside."""

    def ticket_filter(draft: TicketDraft) -> TicketDraft | None:
        found = "invoice" in draft.subject
        compared = [
            {"field": "subject", "operator": "contains", "value": "invoice", "actual": draft.subject, "result": found}
        ]
        explain("rule <Invoices>", compared)
        if not found:
            return None
        urgent = reading().scalar(select(Priority.id).where(Priority.key == "high"))
        return draft.replace(department_id=billing, priority_id=urgent)

    def broken(draft: TicketDraft) -> TicketDraft | None:
        raise ValueError("out of order")

    def intake_screen(message: InboundMessage) -> Verdict | None:
        return (
            Verdict.quarantine("speaks of a lottery") if "lottery" in message.text else Verdict.accept("sender known")
        )

    with hookdesk_app.app_context():
        hooks = site().hooks
        hooks.install(
            "ticket_filter",
            [Implementation("topics", ticket_filter, ("draft",)), Implementation("gone_plugin", broken, ("draft",))],
        )
        hooks.install("intake_screen", [Implementation("spam_words", intake_screen, ("message",))])


@pytest.fixture
def boss(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """An administrator's browser."""
    hookdesk_client.sign_in(make_agent("boss", "Boss", is_admin=True))
    return hookdesk_client


def steps(client: Client, path: str) -> list[str]:
    """The steps of a trace, as text."""
    response = client.get(path)
    assert response.status_code == 200
    return [" ".join(node.text().split()) for node in LexborHTMLParser(response.data).css("ol.trace > li")]


@pytest.mark.usefixtures("rules")
def test_each_decision_stands_beside_the_ticket_in_order_and_in_names(boss: Client, make_ticket: MakeTicket) -> None:
    number = make_ticket("My invoice").number
    first, second, third = steps(boss, f"/agent/tickets/{number}/why/beside")
    assert "Accepted" in first
    assert "sender known" in first
    assert "Department Billing" in second
    assert "Priority High" in second
    assert "Help topics: rule <Invoices>" in second
    assert "Subject contains “invoice” yes" in second
    assert "gone_plugin" in third
    assert "Failed" in third
    assert "out of order" in third


def test_who_follows_is_told_by_name_and_who_had_nothing_to_say_is_not_told(
    hookdesk_app: Flask, boss: Client, make_ticket: MakeTicket
) -> None:
    grace = make_ticket(name="Grace Hopper", email="grace@example.org").user_id

    def follow(draft: TicketDraft) -> TicketDraft | None:
        return draft.replace(collaborators=(grace,))

    with hookdesk_app.app_context():
        site().hooks.install("ticket_filter", [Implementation("organizations", follow, ("draft",))])
        site().hooks.install("ticket_problems", [Implementation("limits", lambda draft: (), ("draft",))])
    number = make_ticket("Ships", email="peter@example.org").number
    (only,) = steps(boss, f"/agent/tickets/{number}/why/beside")
    assert "Followers Grace Hopper" in only


@pytest.mark.usefixtures("rules")
def test_the_full_trace_adds_hook_time_and_what_was_before(boss: Client, make_ticket: MakeTicket) -> None:
    number = make_ticket("My invoice").number
    link = next(
        node.attributes["href"]
        for node in LexborHTMLParser(boss.get(f"/agent/tickets/{number}").data).css("#properties a")
        if node.text() == "Full trace"
    )
    assert link == f"/agent/tickets/{number}/why"
    decided = next(step for step in steps(boss, str(link)) if "Billing" in step)
    assert "Department: – → Billing" in decided
    assert "ticket_filter" in decided
    assert "ms" in decided


def test_a_ticket_that_no_rule_touched_says_so(boss: Client, make_ticket: MakeTicket) -> None:
    number = make_ticket().number
    assert "No rule decided about this ticket." in boss.get(f"/agent/tickets/{number}/why/beside").get_data(
        as_text=True
    )
    page = boss.get(f"/agent/tickets/{number}/why").get_data(as_text=True)
    assert "No decisions" in page
    assert "Asked, and had nothing to say" in page
    assert "ticket_filter" in page


def test_each_rule_is_told_with_its_version_matched_or_not(
    hookdesk_app: Flask, boss: Client, make_ticket: MakeTicket
) -> None:
    def ticket_filter(draft: TicketDraft) -> TicketDraft | None:
        compared = {
            "field": "subject",
            "operator": "contains",
            "value": "invoice",
            "actual": draft.subject,
            "result": True,
        }
        note_rule(
            RuleNote("filters:1", "Orders", 2, False, compared=({**compared, "value": "order", "result": False},))
        )
        note_rule(RuleNote("filters:2", "Invoices", 5, True, "sets the priority", (compared,), microseconds=40))
        return draft.replace(alert=False)

    def rule_links(refs: Sequence[str]) -> list[tuple[str, str]]:
        return [(ref, f"/rules/{ref}") for ref in refs if ref != "filters:1"]

    with hookdesk_app.app_context():
        site().hooks.install("ticket_filter", [Implementation("filters", ticket_filter, ("draft",))])
        site().hooks.install("rule_links", [Implementation("filters", rule_links, ("refs",))])
    number = make_ticket("My invoice").number
    page = LexborHTMLParser(boss.get(f"/agent/tickets/{number}/why").data)
    orders, invoices = (" ".join(node.text().split()) for node in page.css(".trace li li"))
    assert "Orders version 2 did not match" in orders
    assert "Subject contains “order” no · It was “My invoice”." in orders
    assert "Invoices version 5 matched sets the priority" in invoices
    assert "Subject contains “invoice” yes" in invoices
    assert [node.attributes["href"] for node in page.css(".trace li li a")] == ["/rules/filters:2"]
    beside = " ".join(steps(boss, f"/agent/tickets/{number}/why/beside"))
    assert "Invoices" in beside
    assert "Orders" not in beside


@pytest.mark.usefixtures("rules")
def test_after_its_time_a_trace_says_what_was_decided_and_no_more(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    clock: Clock,
) -> None:
    number = make_ticket("My invoice").number
    clock.advance(days=400)
    hookdesk_client.sign_in(make_agent("boss", is_admin=True))
    with hookdesk_app.app_context():
        assert retention.compact(Settings(keep_days=0)) == 0
        assert retention.compact(Settings()) > 0
    page = hookdesk_client.get(f"/agent/tickets/{number}/why").get_data(as_text=True)
    assert "Department: <bdi>–</bdi> → <bdi>Billing" in page
    assert "contains" not in page
    assert "nothing to say" not in page


@pytest.mark.usefixtures("rules")
def test_what_decided_about_a_reply_is_not_why_the_ticket_is_here(
    hookdesk_app: Flask, boss: Client, make_ticket: MakeTicket
) -> None:
    ticket = make_ticket("My invoice")
    before = steps(boss, f"/agent/tickets/{ticket.number}/why/beside")
    with hookdesk_app.app_context():
        intake.submit(InboundMessage("portal", "grace@example.org", text="More.", ticket_id=ticket.id), ANONYMOUS)
    assert steps(boss, f"/agent/tickets/{ticket.number}/why/beside") == before
    assert len(steps(boss, f"/agent/tickets/{ticket.number}/why")) > len(before)


@pytest.mark.usefixtures("rules")
def test_the_section_is_short_and_says_that_there_is_more(
    hookdesk_app: Flask, boss: Client, make_ticket: MakeTicket
) -> None:
    with hookdesk_app.app_context():
        site().settings.save("why", Settings, {"steps_beside": 1}, system())
    number = make_ticket("My invoice").number
    assert len(steps(boss, f"/agent/tickets/{number}/why/beside")) == 1
    assert "There is more in the full trace." in boss.get(f"/agent/tickets/{number}/why/beside").get_data(as_text=True)


@pytest.mark.usefixtures("rules")
def test_words_of_rules_are_escaped(boss: Client, make_ticket: MakeTicket) -> None:
    number = make_ticket("My invoice").number
    for path in (f"/agent/tickets/{number}/why/beside", f"/agent/tickets/{number}/why"):
        assert "<Invoices>" not in boss.get(path).get_data(as_text=True)


def test_the_trace_is_for_those_who_may_see_the_ticket(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    billing: int,
) -> None:
    ticket, boss = make_ticket(), make_agent("boss", is_admin=True)
    path = f"/agent/tickets/{ticket.number}/why"
    assert hookdesk_client.get(path).status_code == 302
    hookdesk_client.sign_in(make_agent("ada"))
    assert hookdesk_client.get(path).status_code == 200
    with hookdesk_app.app_context():
        tickets.transfer(boss, ticket.id, billing)
    assert hookdesk_client.get(path).status_code == 404
    assert hookdesk_client.get("/agent/tickets/nonsense/why").status_code == 404


@pytest.mark.usefixtures("rules")
def test_an_intake_record_that_became_no_ticket_is_explained_to_administrators(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    with hookdesk_app.app_context():
        intake.submit(InboundMessage("portal", "a@example.org", subject="You won", text="the lottery"), ANONYMOUS)
        record: Any = reading().scalar(select(IntakeRecord.id))
    hookdesk_client.sign_in(make_agent("ada"))
    assert hookdesk_client.get(f"/admin/intake/{record}/why").status_code == 403
    hookdesk_client.sign_in(make_agent("boss", is_admin=True))
    told = steps(hookdesk_client, f"/admin/intake/{record}/why")
    assert "Kept aside" in told[0]
    assert "speaks of a lottery" in told[0]
    assert hookdesk_client.get("/admin/intake/999999/why").status_code == 404
    assert hookdesk_client.get(f"/admin/intake/{10**30}/why").status_code == 404


@pytest.mark.plugins("why")
def test_it_works_without_the_desk(
    hookdesk_client: Client, make_agent: Callable[..., Actor], make_ticket: MakeTicket
) -> None:
    number = make_ticket().number
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get(f"/agent/tickets/{number}/why").status_code == 200


def test_what_was_filled_in_is_told_in_words(hookdesk_app: Flask) -> None:
    with hookdesk_app.test_request_context():
        assert words.value("fields", {"electric": [False], "model": "City 3"}, {}) == "electric: no, model: City 3"
