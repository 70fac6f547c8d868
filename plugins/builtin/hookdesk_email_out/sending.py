"""The job that sends: a batch over one connection, each mail leased before and recorded after.

Between the server's OK and our record a crash can fall; then the mail goes out a second time, and never more often than that a crash.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import clock, crash_point, log, reading, release, transact
from hookdesk_email_out import services
from hookdesk_email_out.compose import compose
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings

BATCH = 50
LEASE = timedelta(minutes=5)
LONGEST_DELAY = timedelta(hours=4)


def send_due(settings: Settings) -> int:
    """Send what is due, oldest first; how many mails were brought forward."""
    if not settings.host:
        return 0
    due = due_ids()
    if not due:
        return 0
    try:
        server = connect(settings)
    except (OSError, smtplib.SMTPException) as error:
        _postpone_all(due, f"the server cannot be reached: {error}")
        return 0
    try:
        return _send_all(server, due, settings)
    finally:
        _close(server)


def _send_all(server: smtplib.SMTP, ids: Sequence[int], settings: Settings) -> int:
    """Send these until the connection is lost; then the rest stays due, with no attempt counted."""
    done = 0
    for mail_id in ids:
        done += _send(server, mail_id, settings)
        if server.sock is None:
            break
    return done


def due_ids() -> Sequence[int]:
    """Mails that wait and are due, and those whose lease ran out because their sender died."""
    release()
    asked = select(Mail.id).where(Mail.state.in_(("waiting", "sending")), Mail.due_at <= clock.now())
    return list(reading().scalars(asked.order_by(Mail.due_at, Mail.id).limit(BATCH)))


def connect(settings: Settings) -> smtplib.SMTP:
    """A connection that is encrypted and signed in as set."""
    context = None if settings.security == "none" else ssl.create_default_context()  # reads 150 certificates: 20 ms
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
        if settings.security == "starttls":
            server.starttls(context=context)
    if settings.username:
        server.login(settings.username, settings.password)
    return server


def _close(server: smtplib.SMTP) -> None:
    """Say goodbye; a server that does not answer any more is no matter now."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _send(server: smtplib.SMTP, mail_id: int, settings: Settings) -> int:
    """Send one mail and record how it went; 1 if it is out or given up, 0 if it must wait."""
    mail = transact(lambda session: _lease(session, mail_id))
    if mail is None:
        return 0
    release()
    try:
        content = compose(mail, settings).as_bytes()
    except Exception as error:  # whatever one mail holds, it ends where an admin sees it, and the others go out
        return _failed(server, mail_id, f"{type(error).__name__}: {error}", final=False, settings=settings)
    try:
        # as bytes and not through send_message(), which puts ">" before a line that begins with "From"
        server.sendmail(settings.from_address, [mail.address], content)
    except smtplib.SMTPSenderRefused as error:  # the sender is a setting: no fault of this mail, nor of those behind it
        server.close()
        return _failed(server, mail_id, f"{error.smtp_code} {_text(error.smtp_error)}", final=False, settings=settings)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return _failed(server, mail_id, f"{code} {_text(words)}", final=code >= 500, settings=settings)
    except smtplib.SMTPResponseException as error:
        return _failed(
            server,
            mail_id,
            f"{error.smtp_code} {_text(error.smtp_error)}",
            final=error.smtp_code >= 500,
            settings=settings,
        )
    except (OSError, smtplib.SMTPException, ValueError, UnicodeError) as error:
        return _failed(
            server, mail_id, f"{type(error).__name__}: {error}", final=isinstance(error, ValueError), settings=settings
        )
    crash_point("after-smtp-ok")
    transact(lambda session: _sent(session, mail_id))
    return 1


def _text(words: bytes | str) -> str:
    """A server's words as text."""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _lease(session: Session, mail_id: int) -> Mail | None:
    """Take a mail for five minutes, unless another process has it."""
    taken = session.execute(
        update(Mail)
        .where(Mail.id == mail_id, Mail.state.in_(("waiting", "sending")), Mail.due_at <= clock.now())
        .values(state="sending", attempts=Mail.attempts + 1, due_at=clock.now() + LEASE)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
        return None
    return session.get(Mail, mail_id)


def _sent(session: Session, mail_id: int) -> None:
    """It is out."""
    mail = session.get_one(Mail, mail_id)
    mail.state, mail.sent_at, mail.error = "sent", clock.now(), ""
    if mail.template == "secret":
        mail.text = ""
    services.settled(session, mail, "sent")


def _failed(server: smtplib.SMTP, mail_id: int, error: str, final: bool, settings: Settings) -> int:
    """It is not out: given up if that is final, else due again later."""
    try:
        server.rset()
    except (OSError, smtplib.SMTPException):
        server.close()

    def work(session: Session) -> int:
        mail = session.get_one(Mail, mail_id)
        mail.error = error[:1000]
        if final or mail.attempts >= settings.max_attempts:
            mail.state = "dead"
            log.write(session, "error", "email_out", f"mail {mail.id} to {mail.address} was given up: {mail.error}")
            services.settled(session, mail, "dead")
            return 1
        mail.state, mail.due_at = "waiting", clock.now() + delay(mail.attempts)
        return 0

    return transact(work)


def _postpone_all(ids: Sequence[int], error: str) -> None:
    """The server is away: everything that was due waits a little; no attempt is counted, for none was made."""
    changed = (
        update(Mail)
        .where(Mail.id.in_(ids))
        .values(state="waiting", error=error[:1000], due_at=clock.now() + timedelta(seconds=30))
    )
    transact(lambda session: session.execute(changed))


def delay(attempts: int) -> timedelta:
    """How long to wait after that many attempts: 30 s, 1 min, 2 min … at most 4 hours."""
    return min(timedelta(seconds=30 * 2 ** max(attempts - 1, 0)), LONGEST_DELAY)


def resend(mail_id: int) -> bool:
    """Send a mail again that was given up, cancelled or sent; False if there is none such (a sent secret is gone)."""
    wanted = (Mail.id == mail_id, Mail.state.in_(("dead", "cancelled", "sent")), Mail.text != "")
    changed = update(Mail).where(*wanted).values(state="waiting", attempts=0, error="", due_at=clock.now())
    done = transact(lambda session: session.execute(changed).rowcount)  # type: ignore[attr-defined]  # an UPDATE has one
    return bool(done)


def cancel(mail_id: int) -> bool:
    """Stop a mail that is not out yet; False if it is too late."""
    changed = update(Mail).where(Mail.id == mail_id, Mail.state == "waiting").values(state="cancelled")
    return bool(transact(lambda session: session.execute(changed).rowcount))  # type: ignore[attr-defined]  # an UPDATE has one
