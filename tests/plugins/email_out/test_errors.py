"""Administrators learn of errors by mail, and no mail comes of an error about mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import Actor, Agent, log, reading, site, system, transact
from hookdesk.testing.instances import Clock
from hookdesk_email_out import preferences
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings

pytestmark = pytest.mark.plugins("email_out", "storage_fs")
RunJobs = Callable[..., int]


def fail(app: Flask, message: str, source: str = "search", level: str = "error") -> None:
    """Something goes wrong."""
    with app.app_context():
        transact(lambda session: log.write(session, level, source, message))


def told(app: Flask) -> list[tuple[str, str]]:
    """To whom, and what."""
    with app.app_context():
        rows = reading().all(select(Mail.address, Mail.text).where(Mail.template == "errors").order_by(Mail.id))
    return [(row.address.partition("@")[0], row.text) for row in rows]


def test_errors_are_told_once_in_one_mail_an_hour(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], run_jobs: RunJobs, clock: Clock
) -> None:
    """To administrators who are there and want mail, of what is new; not of errors about mail, which could be the next ones."""
    make_agent("root", "Rosa", is_admin=True)
    make_agent("plain", "Paul")
    away, quiet = make_agent("away", "Away", is_admin=True), make_agent("quiet", "Quiet", is_admin=True)
    with hookdesk_app.app_context():
        gone = update(Agent).where(Agent.id == away.agent_id).values(on_vacation=True)
        transact(lambda session: session.execute(gone))
        preferences.save(quiet, "none", ())
    fail(hookdesk_app, "a mail was given up", source="email_out")
    fail(hookdesk_app, "all is well", level="warning")
    run_jobs("email_out.errors")
    assert told(hookdesk_app) == []
    fail(hookdesk_app, "the index\nis broken")
    for message in ("again", "and again"):
        run_jobs("email_out.errors")
        fail(hookdesk_app, message)
    [(address, text)] = told(hookdesk_app)
    assert address == "root"
    assert "search: the index is broken" in text
    assert "given up" not in text
    clock.advance(hours=1, minutes=1)
    run_jobs("email_out.errors")
    assert [text.count("search: ") for _address, text in told(hookdesk_app)] == [1, 2]
    clock.advance(hours=2)
    run_jobs("email_out.errors")
    assert len(told(hookdesk_app)) == 2


def test_it_can_be_switched_off(hookdesk_app: Flask, make_agent: Callable[..., Actor], run_jobs: RunJobs) -> None:
    make_agent("root", "Rosa", is_admin=True)
    with hookdesk_app.app_context():
        site().settings.save("email_out", Settings, {"tells_errors": False}, system())
    fail(hookdesk_app, "the index is broken")
    run_jobs("email_out.errors")
    assert told(hookdesk_app) == []
