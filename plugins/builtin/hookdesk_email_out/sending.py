"""The job that sends: for each account a batch over its own connections, each mail leased before and recorded after.

Between the server's OK and our record a crash can fall; then the mail goes out a second time, and never more often than that a crash.
"""

from __future__ import annotations

import smtplib
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from sqlalchemy import update
from sqlalchemy.orm import Session

from hookdesk.api import clock, crash_point, release, transact, wake
from hookdesk_email_out import outcome, routes, services, smtp
from hookdesk_email_out.accounts.envelope import envelope
from hookdesk_email_out.compose import compose
from hookdesk_email_out.lines import lines, side_by_side
from hookdesk_email_out.models import Account, Mail
from hookdesk_email_out.routes import Route
from hookdesk_email_out.settings import Settings

BATCH = 100
SLICE_S = 5.0
"""As long sends an account in one run, the mail under way apart."""
LEASE = timedelta(minutes=5)


def send_due(settings: Settings) -> int:
    """Let every account send what is due; how many mails were brought forward by those that were through within the slice."""
    release()
    for route in routes.routes():
        if routes.has_due(route):
            account = route.carrier
            lines().start(account.id, account.timeout, lambda route=route: _send_all(route, settings))  # type: ignore[misc]  # bound now
    release()
    return lines().wait(SLICE_S + 1)


@dataclass
class _Batch:
    """What an account sends in one run. Its connections take from `ids` side by side, until that is empty or `until` has come."""

    route: Route
    settings: Settings
    ids: deque[int]
    until: float = field(default_factory=lambda: monotonic() + SLICE_S)
    is_lost: bool = False

    def next_id(self) -> int | None:
        """The next mail; None if it is enough for this run."""
        try:
            return None if self.is_lost or monotonic() > self.until else self.ids.popleft()
        except IndexError:
            return None


def _send_all(route: Route, settings: Settings) -> int:
    """One account's run. If it lasted too long to be waited for, the job is woken for what is left."""
    account = route.carrier
    ids = deque(routes.due_ids(route, BATCH))
    release()
    if account.per_minute and ids:
        allowed = transact(lambda session: routes.reserve(session, account.id, len(ids)))
        ids = deque(list(ids)[:allowed])
    if not ids:
        return 0
    batch = _Batch(route, settings, ids)
    done = side_by_side(min(account.connections, len(ids)), lambda: _line(batch))
    if monotonic() > batch.until:
        wake(services.SEND)
    return done


def _line(batch: _Batch) -> int:
    """One connection: mails one after the other until there is none left, or the connection is lost; then the rest stays due, with no
    attempt counted."""
    account = batch.route.carrier
    try:
        server = smtp.connect(account)
    except smtp.AWAY as error:
        batch.is_lost = True
        told = smtp.reason(error)
        transact(lambda session: routes.failed(session, account.id, told))
        return 0
    done = sent = 0
    try:
        while server.sock is not None and (mail_id := batch.next_id()) is not None:
            done += 1
            sent += _send(server, mail_id, batch)
    finally:
        smtp.close(server)
    if sent:
        transact(lambda session: routes.worked(session, account))
    return done


def _send(server: smtplib.SMTP, mail_id: int, batch: _Batch) -> bool:
    """Send one mail and record how it went; True if it is out."""
    leased = transact(
        lambda session: _lease(session, mail_id), is_lasting=False
    )  # the record after it waits for the disk
    if leased is None:
        return False
    mail, own = leased
    carrier, most = batch.route.carrier, batch.settings.max_attempts
    try:
        outside = envelope(mail, own or carrier, carrier)
        content = compose(mail, outside, batch.settings).as_bytes()
    except Exception as error:  # whatever one mail holds, it ends where an admin sees it, and the others go out
        told = f"{type(error).__name__}: {error}"
        transact(lambda session: outcome.failed(session, mail_id, told, False, most))
        return False
    release()
    try:
        answer = _hand_over(server, outside.return_path, mail.address, content)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _failed(server, mail_id, error, batch)
        return False
    crash_point("after-smtp-ok")
    transact(lambda session: outcome.sent(session, mail_id, answer, carrier.id))
    return True


def _hand_over(server: smtplib.SMTP, sender: str, address: str, content: bytes) -> str:
    """The mail transaction (RFC 5321 §3.3); the server's words as it took the mail, which often name its own id of it.

    As bytes, and not through send_message(), which puts ">" before a line that begins with "From".

    Raises:
        smtplib.SMTPException, OSError: it did not take it.
    """
    server.ehlo_or_helo_if_needed()
    options = [f"size={len(content)}"] if server.has_extn("size") else []
    if not (sender.isascii() and address.isascii()) and server.has_extn("smtputf8"):
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    code, said = server.mail(sender, options)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, said, sender)
    code, said = server.rcpt(address)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({address: (code, said)})
    code, said = server.data(content)
    if code != 250:
        raise smtplib.SMTPDataError(code, said)
    return smtp.words(said)


def _lease(session: Session, mail_id: int) -> tuple[Mail, Account | None] | None:
    """Take a mail for five minutes, unless another process has it; with its account."""
    taken = session.execute(
        update(Mail)
        .where(Mail.id == mail_id, routes.is_due())
        .values(state="sending", attempts=Mail.attempts + 1, due_at=clock.now() + LEASE)
    )
    mail = session.get(Mail, mail_id) if taken.rowcount else None  # type: ignore[attr-defined]  # an UPDATE has one
    if mail is None:
        return None
    return mail, session.get(Account, mail.account_id) if mail.account_id is not None else None


def _failed(server: smtplib.SMTP, mail_id: int, error: Exception, batch: _Batch) -> None:
    """It was not taken. What is no fault of the mail ends the connection, and lets the account rest."""
    told, is_final = smtp.reason(error), smtp.is_final(error)
    if smtp.is_lost(error):
        batch.is_lost = True
        server.close()
    else:
        smtp.reset(server)
    account_id, most = batch.route.carrier.id, batch.settings.max_attempts

    def work(session: Session) -> None:
        outcome.failed(session, mail_id, told, is_final, most)
        if batch.is_lost:
            routes.failed(session, account_id, told)

    transact(work)
