"""The mail behind an entry: as it came, for those who may see the ticket."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from tests.plugins.email_in.conftest import Send, mail

from hookdesk.api import Actor, Agent, ThreadEntry, Ticket, reading, transact
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("email_in", "storage_fs", "desk")
CARD = "<b>Card</b> 4111\x1b[31m"
MakeAgent = Callable[..., Actor]


@pytest.fixture
def reader(hookdesk_client: Client, make_agent: MakeAgent) -> Client:
    """The browser of an agent who sees every ticket."""
    hookdesk_client.sign_in(make_agent())
    return hookdesk_client


def entry_of(app: Flask, ticket_id: int | None) -> int:
    """The first entry of a ticket."""
    with app.app_context():
        return int(reading().scalar(select(ThreadEntry.id).where(ThreadEntry.ticket_id == ticket_id)) or 0)


def test_it_is_shown_as_text_and_given_as_a_file(hookdesk_app: Flask, send: Send, reader: Client) -> None:
    record = send(mail(f"New words.\n{CARD}\n\n> old words", X_Trace="kept"))
    entry_id = entry_of(hookdesk_app, record.ticket_id)
    page = reader.get(f"/agent/mails/{entry_id}").get_data(as_text=True)
    assert "X-Trace: kept" in page
    assert "&gt; old words" in page
    assert "&lt;b&gt;Card&lt;/b&gt;" in page
    assert "\x1b" not in page
    answer = reader.get(f"/agent/mails/{entry_id}/file")
    assert answer.data == record.raw
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_entrys_menu_leads_to_it(hookdesk_app: Flask, send: Send, reader: Client) -> None:
    record = send(mail())
    entry_id = entry_of(hookdesk_app, record.ticket_id)
    with hookdesk_app.app_context():
        number = reading().scalar(select(Ticket.number).where(Ticket.id == record.ticket_id))
    menu = reader.get(f"/agent/tickets/{number}/entries/{entry_id}").get_data(as_text=True)
    assert f"/agent/mails/{entry_id}" in menu


def test_an_entry_that_was_written_here_has_none(
    hookdesk_app: Flask, make_ticket: Callable[..., object], reader: Client
) -> None:
    make_ticket(subject="By form")
    with hookdesk_app.app_context():
        entry_id = reading().scalar(select(ThreadEntry.id))
    assert reader.get(f"/agent/mails/{entry_id}").status_code == 404
    assert reader.get("/agent/mails/99999/file").status_code == 404


def test_who_may_not_see_the_ticket_gets_none(
    hookdesk_app: Flask, send: Send, make_agent: MakeAgent, hookdesk_client: Client
) -> None:
    entry_id = entry_of(hookdesk_app, send(mail()).ticket_id)
    stranger, client = make_agent("stranger", "Stran Ger"), hookdesk_client
    client.sign_in(stranger)
    assert client.get(f"/agent/mails/{entry_id}").status_code == 200
    with hookdesk_app.app_context():
        transact(
            lambda session: session.execute(
                update(Agent).where(Agent.id == stranger.agent_id).values(assigned_only=True)
            )
        )
    for path in (f"/agent/mails/{entry_id}", f"/agent/mails/{entry_id}/file"):
        assert client.get(path).status_code == 404
