"""How a mail ended, recorded: out, due again later, or given up; and what people may do about it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from hookdesk.api import clock, emit, log, transact
from hookdesk_email_out import bounces
from hookdesk_email_out.models import Mail

LONGEST_DELAY = timedelta(hours=4)
ENDED = ("dead", "cancelled", "sent", "bounced")


def sent(session: Session, mail: Mail, answer: str, account_id: int) -> None:
    """It is out, by that account."""
    session.add(mail)
    mail.state, mail.sent_at, mail.error, mail.answer = "sent", clock.now(), "", answer[:500]
    mail.account_id = mail.account_id or account_id
    if mail.template == "secret":
        mail.text = mail.html = ""
    settled(session, mail, "sent")


def failed(session: Session, mail_id: int, error: str, is_final: bool, most_attempts: int) -> None:
    """It is not out: given up if that is final, else due again later."""
    mail = session.get_one(Mail, mail_id)
    mail.error = error[:1000]
    if is_final or mail.attempts >= most_attempts:
        mail.state = "dead"
        log.write(session, "error", "email_out", f"mail {mail.id} to {mail.address} was given up: {mail.error}")
        if is_final:
            bounces.failed_for_good(session, mail)
        settled(session, mail, "dead")
        return
    mail.state, mail.due_at = "waiting", clock.now() + delay(mail.attempts)


def delay(attempts: int) -> timedelta:
    """How long to wait after that many attempts: 30 s, 1 min, 2 min … at most 4 hours."""
    return min(timedelta(seconds=30 * 2 ** max(attempts - 1, 0)), LONGEST_DELAY)


def resend(mail_id: int) -> bool:
    """Send a mail again that has ended somehow; False if there is none such (a sent secret is gone)."""
    wanted = (Mail.id == mail_id, Mail.state.in_(ENDED), Mail.text != "")
    changed = update(Mail).where(*wanted).values(state="waiting", attempts=0, error="", answer="", due_at=clock.now())
    done = transact(lambda session: session.execute(changed).rowcount)  # type: ignore[attr-defined]  # an UPDATE has one
    return bool(done)


def cancel(mail_id: int) -> bool:
    """Stop a mail that is not out yet; False if it is too late."""
    changed = update(Mail).where(Mail.id == mail_id, Mail.state == "waiting").values(state="cancelled")
    return bool(transact(lambda session: session.execute(changed).rowcount))  # type: ignore[attr-defined]  # an UPDATE has one


def settled(session: Session, mail: Mail, result: str) -> None:
    """Tell those who listen how a mail ended."""
    data = {
        "ticket_id": mail.ticket_id, "entry_id": mail.entry_id, "address": mail.address, "channel": "email",
        "outcome": result, "error": mail.error[:500],
    }  # fmt: skip
    emit(session, "notification_settled", data)
