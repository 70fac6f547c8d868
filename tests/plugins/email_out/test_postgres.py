"""Alerts and words on PostgreSQL: every audience is found, versions are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, ReplyDraft, Ticket, actors, reading, site, system, threads
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, end, prepare
from hookdesk_email_out import editing, matrix, preferences
from hookdesk_email_out.audiences import LABELS
from hookdesk_email_out.editing import Place
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings
from hookdesk_email_out.wordings import Draft

PLUGINS = ("email_out", "storage_fs")
pytestmark = [pytest.mark.postgres, pytest.mark.requires(*PLUGINS)]


@pytest.fixture
def hookdesk_app(fresh_postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The site of this module's tests stands on PostgreSQL."""
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), list(PLUGINS))
    app = create_app(config)
    app.test_client_class = Client
    yield app
    end(app)


def test_a_message_told_to_every_audience_in_own_words(
    hookdesk_app: Flask,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    run_jobs: Callable[..., int],
) -> None:
    """In one mail, for each audience that the agent is in is the same person."""
    agent, ticket = make_agent(is_admin=True), make_ticket()
    with hookdesk_app.app_context():
        preferences.save(agent, "all", ["assigned"])
        settings = site().settings.get("email_out", Settings)
        matrix.save(system(), settings, {matrix.cell("message", audience) for audience in LABELS})
        loud = editing.save_set(system(), "Loud")
        for words in ("first", "second {{ headline }} {{ ticket.created }}"):
            for set_id in (None, loud):
                editing.save(system(), Place(set_id, "message_alert"), Draft("{{ subject }}", words))
        requester = actors.requester_actor(ticket.user_id)
        assert requester is not None
        threads.post(requester, ReplyDraft(ticket_id=ticket.id, kind="message", text="Hello"))
    run_jobs("outbox")
    with hookdesk_app.app_context():
        alerts: Any = reading().all(select(Mail.text, Mail.address).where(Mail.template == "message_alert"))
        assert [(row.text[:14], row.address) for row in alerts] == [("second Grace H", "ada@helpdesk.example")]
        editing.remove_set(system(), loud)
        assert [row.number for row in editing.versions(Place(None, "message_alert"))] == [2, 1]
