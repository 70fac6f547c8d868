"""The job that sends: for each account a batch over its own connections, each mail leased before and recorded after.

What became of one and the lease of the next are one transaction, which waits for the disk once. Between the server's OK and our record a
crash can fall; then the mail goes out a second time, and never more often than that a crash.
"""

from __future__ import annotations

import smtplib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from sqlalchemy import update
from sqlalchemy.orm import Session

from hookdesk.api import clock, crash_point, release, transact, wake
from hookdesk_email_out import outcome, routes, services, smtp, stranded
from hookdesk_email_out.accounts import store
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
Record = Callable[[Session], None]


def send_due(settings: Settings) -> int:
    """Let every account send what is due; how many mails were brought forward by those that were through within the slice."""
    release()
    due = [route for route in routes.routes() if routes.has_due(route)]
    if not due and stranded.bring_forward():
        due = [route for route in routes.routes() if routes.has_due(route)]
    for route in due:
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
    accounts: Mapping[int, Account]
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
    batch = _Batch(route, settings, ids, {one.id: one for one in store.everyone()})
    release()
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
        mail = transact(lambda session: _lease_next(session, batch), is_lasting=False)  # the record after it waits
        while mail is not None:
            done += 1
            record, is_out = _send(server, mail, batch)
            sent += is_out
            mail = transact(lambda session, record=record: _turn(session, record, server, batch))  # type: ignore[misc]  # called now
    finally:
        smtp.close(server)
    if sent:
        transact(lambda session: routes.worked(session, account))
    return done


def _turn(session: Session, record: Record, server: smtplib.SMTP, batch: _Batch) -> Mail | None:
    """Record how a mail went, and lease the next one, while there is a connection that it could go out by."""
    record(session)
    return _lease_next(session, batch) if server.sock is not None else None


def _send(server: smtplib.SMTP, mail: Mail, batch: _Batch) -> tuple[Record, bool]:
    """Send one mail: what is to be recorded, and whether it is out."""
    carrier, most = batch.route.carrier, batch.settings.max_attempts
    try:
        outside = envelope(mail, batch.accounts.get(mail.account_id or 0, carrier), carrier)
        content = compose(mail, outside, batch.settings).as_bytes()
    except Exception as error:  # whatever one mail holds, it ends where an admin sees it, and the others go out
        told = f"{type(error).__name__}: {error}"
        return lambda session: outcome.failed(session, mail.id, told, False, most), False
    release()
    try:
        answer = _hand_over(server, outside.return_path, mail.address, content)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return _failed(server, mail.id, error, batch), False
    crash_point("after-smtp-ok")
    return lambda session: outcome.sent(session, mail, answer, carrier.id), True


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


def _lease_next(session: Session, batch: _Batch) -> Mail | None:
    """Take the next mail for five minutes, of those that no other process has."""
    while (mail_id := batch.next_id()) is not None:
        taking = update(Mail).where(Mail.id == mail_id, routes.is_due()).returning(Mail)
        values = {"state": "sending", "attempts": Mail.attempts + 1, "due_at": clock.now() + LEASE}
        if (mail := session.scalar(taking.values(**values))) is not None:
            return mail
    return None


def _failed(server: smtplib.SMTP, mail_id: int, error: Exception, batch: _Batch) -> Record:
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

    return work
