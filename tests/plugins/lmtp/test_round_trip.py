"""Out through a real Postfix, and what it reports back in: the ticket says whom our mail did not reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from tests.journeys.conftest import wait_until
from tests.plugins.lmtp.conftest import Running, settings
from tests.servers.postfix import Postfix

from hookdesk.api import ThreadEntry, Ticket, reading, system
from hookdesk_email_out.accounts import store

pytestmark = [
    pytest.mark.plugins("lmtp", "email_in", "email_out", "storage_fs"),
    pytest.mark.requires("email_out"),
]


def test_a_mail_that_bounces_is_a_note_on_its_ticket(
    hookdesk_app: Flask,
    listener: Running,
    postfix: Postfix,
    ledger: Callable[[], dict[str, int]],
    make_ticket: Callable[..., Ticket],
    run_jobs: Callable[..., int],
) -> None:
    road = postfix.road()
    listener.place = f"127.0.0.1:{road.port}"
    own, nobody = f"help@{road.lmtp}", f"nobody@{road.lmtp}"
    with hookdesk_app.app_context():
        settings("lmtp", recipients="ours")
        settings("email_in", own_addresses=(own,))
        given = {"name": own, "address": own, "host": "127.0.0.1", "port": postfix.port, "security": "none"}
        store.save(system(), store.Values(**given, is_null=False))
    listener.start()
    ticket = make_ticket(email=nobody)
    run_jobs()
    wait_until(lambda: ledger()["received"] == 2, 30, postfix.log)
    run_jobs()
    assert ledger() == {"received": 2, "ticket": 1, "reply": 1}
    with hookdesk_app.app_context():
        entries = reading().scalars(
            select(ThreadEntry).where(ThreadEntry.ticket_id == ticket.id).order_by(ThreadEntry.id)
        )
        note = list(entries)[-1]
        assert note.kind == "note"
        assert note.text.startswith(f"Our mail did not reach {nobody}.")
        assert "There is no such address here" in note.text
