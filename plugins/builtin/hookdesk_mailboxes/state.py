"""How a mailbox is: what came of the last look, when the next one is, and whether somebody has to be told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from flask import current_app
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError

from hookdesk.api import MailChannel, clock, log, reading, site, transact
from hookdesk_email_in.channels import raise_alarm
from hookdesk_mailboxes import holding, refusals
from hookdesk_mailboxes.fetching import Looked
from hookdesk_mailboxes.models import Mailbox
from hookdesk_mailboxes.problems import words
from hookdesk_mailboxes.protocols import FetchProblem
from hookdesk_mailboxes.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)


def succeeded(mailbox: Mailbox, looked: Looked, token_expires: datetime | None = None) -> None:
    """A look came to its end."""

    def work(session: Session) -> None:
        row, now = holding.renew(session, mailbox), clock.now()
        row.last_success, row.failures, row.waiting = now, 0, looked.waiting
        row.next_at = now if looked.waiting else now + timedelta(minutes=row.minutes)
        row.token_expires = token_expires
        if looked.taken:
            row.last_mail, row.lag_seconds = now, looked.lag_seconds
        _note(session, row, looked.trouble or refusals.trouble(session, row))
        if row.alarmed_at is not None:
            row.alarmed_at = None
            raise_alarm(session, channel(row), path_of(row.id))

    transact(work)


def failed(mailbox: Mailbox, problem: FetchProblem) -> None:
    """A look came to nothing; the next one is later after each failure in a row."""
    most = settings().alarm_failures

    def work(session: Session) -> None:
        row, now = holding.renew(session, mailbox), clock.now()
        row.failures += 1
        row.next_at = now + pause(row.failures)
        _note(session, row, problem)
        if row.failures >= most:
            _alarm(session, row)

    transact(work)


def pause(failures: int) -> timedelta:
    """How long a mailbox is left alone after so many failures in a row."""
    doubled: int = 2 ** min(failures - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def _note(session: Session, row: Mailbox, problem: FetchProblem | None) -> None:
    """Keep the problem, and log it when it is another one than before."""
    kind, detail = (problem.kind, problem.detail) if problem else ("", "")
    if kind and kind != row.problem:
        log.write(session, "warning", "mailboxes", f"{row.address}: {words(kind, detail)}")
    row.problem, row.detail = kind, detail


def alarm_silent() -> None:
    """Raise the alarm for mailboxes that nobody has looked into for too long, failures or not."""
    late = clock.now() - timedelta(minutes=settings().alarm_minutes)
    silent = select(Mailbox.id).where(Mailbox.is_active, Mailbox.alarmed_at.is_(None), Mailbox.created_at < late)
    for mailbox_id in list(reading().scalars(silent.where(is_before(late)))):

        def work(session: Session, mailbox_id: int = mailbox_id) -> None:
            row = session.get(Mailbox, mailbox_id, with_for_update=True)
            if row is not None:
                row.problem = row.problem or "silent"
                _alarm(session, row)

        transact(work)


def is_before(moment: datetime) -> ColumnElement[bool]:
    """That the last success, if there was one, lies before a moment."""
    return Mailbox.last_success.is_(None) | (Mailbox.last_success < moment)


def _alarm(session: Session, row: Mailbox) -> None:
    """Tell administrators, once until it works again."""
    if row.alarmed_at is None:
        row.alarmed_at = clock.now()
        raise_alarm(session, channel(row), path_of(row.id))


def channel(row: Mailbox) -> MailChannel:
    """A mailbox as a row of the page of mail channels."""
    is_tried = row.is_active and row.holder == ""
    return MailChannel(
        name=row.address,
        kind=row.protocol.upper(),
        direction="in",
        state=_state(row),
        detail=words(row.problem, row.detail),
        last_success=row.last_success,
        waiting=row.waiting,
        lag=None if row.lag_seconds is None else timedelta(seconds=row.lag_seconds),
        next_try=row.next_at if row.is_active and (is_tried or row.problem == "") else None,
        token_expires=row.token_expires,
        endpoint="mailboxes.edit",
        args={"mailbox_id": row.id},
    )


def _state(row: Mailbox) -> Literal["ok", "warning", "failed", "off"]:
    if not row.is_active:
        return "off"
    if row.alarmed_at is not None:
        return "failed"
    return "warning" if row.problem else "ok"


def path_of(mailbox_id: int) -> str:
    """The path of a mailbox's page, also outside of a request."""
    try:
        return current_app.url_map.bind("").build("mailboxes.edit", {"mailbox_id": mailbox_id})
    except BuildError:
        return ""


def settings() -> Settings:
    """The settings of all mailboxes."""
    return site().settings.get("mailboxes", Settings)
