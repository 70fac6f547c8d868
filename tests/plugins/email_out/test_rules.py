"""Messages of the admin's making, which rules about new tickets send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import IntakeRecord, Ticket, reading, system, transact
from hookdesk.testing import Client
from hookdesk_email_out import editing, own_kinds
from hookdesk_email_out.editing import Place
from hookdesk_email_out.lint import WordsProblem
from hookdesk_email_out.models import Mail, Words
from hookdesk_email_out.services import MOST_CONFIRMATIONS
from hookdesk_email_out.wordings import Draft
from hookdesk_filters import services
from hookdesk_filters.rules import RuleProblem, RuleValues

pytestmark = [
    pytest.mark.plugins("email_out", "storage_fs", "filters", "admin"),
    pytest.mark.requires("email_out", "filters", "admin"),
]
RunJobs = Callable[..., int]


@pytest.fixture
def welcome(hookdesk_app: Flask) -> str:
    """A message, and a rule that sends it about the fires; the message's name."""
    with hookdesk_app.app_context():
        kind = own_kinds.make(system(), "Welcome")
        editing.save(system(), Place(None, kind), Draft("Welcome {{ requester }}", "Your number is {{ number }}."))
        services.save(system(), rule(kind))
    return kind


def rule(kind: str) -> RuleValues:
    """A rule that sends a message."""
    parts = {"version": 1, "mode": "all", "parts": [{"field": "subject", "operator": "contains", "value": "fire"}]}
    return RuleValues("Fires", parts, ({"do": "mail_template", "with": {"template": kind}},))


def sent(app: Flask, kind: str) -> list[Any]:
    """The mails of that kind."""
    with app.app_context():
        columns = select(Mail.subject, Mail.text, Mail.address, Mail.auto)
        return list(reading().all(columns.where(Mail.template == kind)))


def test_a_rule_sends_it_to_the_requester_beside_the_confirmation(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: RunJobs, welcome: str
) -> None:
    ticket = make_ticket()
    make_ticket(subject="No smoke")
    run_jobs("outbox")
    [mail] = sent(hookdesk_app, welcome)
    assert (mail.subject, mail.address, mail.auto) == ("Welcome Grace Hopper", "grace@example.org", "auto-replied")
    assert mail.text.startswith(f"Your number is {ticket.number}.")
    assert len(sent(hookdesk_app, "autoresponse")) == 2


def test_no_loop_comes_of_it(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: RunJobs, welcome: str
) -> None:
    """What lists and machines say is not answered, and nobody gets more in an hour than of all confirmations."""
    make_ticket(email="list@example.org")
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(IntakeRecord).values(meta={"automatic": True})))
    run_jobs("outbox")
    assert sent(hookdesk_app, welcome) == []
    for _ in range(MOST_CONFIRMATIONS):
        make_ticket()
        run_jobs("outbox")
    assert len(sent(hookdesk_app, welcome)) + len(sent(hookdesk_app, "autoresponse")) == MOST_CONFIRMATIONS


def test_what_is_gone_is_told_and_costs_no_ticket(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: RunJobs, welcome: str
) -> None:
    with hookdesk_app.app_context():
        own_kinds.remove(system(), welcome)
        assert list(reading().scalars(select(Words.id).where(Words.kind == welcome))) == []
        with pytest.raises(RuleProblem):
            services.save(system(), rule(welcome))
        with pytest.raises(LookupError):
            own_kinds.remove(system(), welcome)
    assert make_ticket().number
    run_jobs("outbox")
    assert sent(hookdesk_app, welcome) == []
    assert len(sent(hookdesk_app, "autoresponse")) == 1


def test_messages_are_made_written_and_deleted_in_the_panel(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Any]
) -> None:
    hookdesk_client.sign_in(make_agent("root", "Rosa", is_admin=True))
    made = hookdesk_client.submit("/admin/templates", {"name": "For VIPs"}, to="/admin/templates/messages").text
    assert "For VIPs" in made
    assert "this is about ticket" in made
    with hookdesk_app.app_context():
        [kind] = own_kinds.own_kinds()
        with pytest.raises(WordsProblem):
            own_kinds.make(system(), "For VIPs")
    assert "For VIPs" in hookdesk_client.get("/admin/templates").text
    hookdesk_client.submit("/admin/templates", {}, to=f"/admin/templates/messages/{kind}/delete")
    assert "For VIPs</a>" not in hookdesk_client.get("/admin/templates").text
    assert hookdesk_client.get(f"/admin/templates/0/{kind}").status_code == 404
