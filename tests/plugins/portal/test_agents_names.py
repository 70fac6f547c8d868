"""Agents whom requesters shall not know by name: nowhere on the portal's pages, nowhere in their mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import (
    Actor,
    Agent,
    CoreSettings,
    Department,
    ReplyDraft,
    Ticket,
    reading,
    site,
    system,
    threads,
    tickets,
    transact,
)
from hookdesk.testing import Client
from hookdesk_email_out.models import Mail

pytestmark = [pytest.mark.plugins("portal", "email_out", "storage_fs"), pytest.mark.requires("email_out")]


@pytest.mark.parametrize(
    ("shown", "is_public", "words"),
    [
        ("name", True, "Ada Lovelace"),
        ("department", True, "Front office"),
        ("department", False, "Support"),
        ("support", True, "Support"),
    ],
)
def test_an_agent_is_shown_as_the_admin_says(
    hookdesk_app: Flask,
    make_ticket: Callable[..., Ticket],
    make_agent: Callable[..., Actor],
    guest: Callable[[Ticket], Client],
    run_jobs: Callable[..., int],
    shown: str,
    is_public: bool,
    words: str,
) -> None:
    ticket, ada = make_ticket(), make_agent()
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"agents_shown": shown}, system())
        named = (
            update(Department)
            .values(name="Front office", is_public=is_public)
            .where(Department.id == ticket.department_id)
        )
        transact(lambda work: work.execute(named))
        transact(lambda work: work.execute(update(Agent).values(signature="Yours, Ada Lovelace")))
        tickets.assign(system(), ticket.id, agent_id=ada.agent_id)
        threads.post(ada, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water."))
    run_jobs("outbox")
    page = guest(ticket).get(f"/tickets/{ticket.number}").text
    with hookdesk_app.app_context():
        mail = reading().first(select(Mail.sender_name, Mail.text).where(Mail.template == "reply"))
    assert mail is not None
    assert words in page
    assert mail.sender_name == words
    if shown != "name":
        assert "Lovelace" not in page + mail.text
