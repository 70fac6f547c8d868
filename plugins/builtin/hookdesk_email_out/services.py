"""From an event to rows: who is told, in which words. One row a promise; the same event delivered twice promises nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Notification,
    NotificationHooks,
    Recipient,
    ThreadEntry,
    clock,
    reading,
    references,
    site,
    transact,
    wake,
)
from hookdesk_email_out import compose, context, preferences, render, wordings
from hookdesk_email_out.accounts import choosing, store
from hookdesk_email_out.models import Account, Mail
from hookdesk_email_out.occasions import Occasion

SEND = "email_out.send"
MOST_CONFIRMATIONS = 10
"""So many confirmations go to one address in an hour: a machine that does not say that it is one would answer each for ever."""
LOOKED_AT = 500
"""The newest mails among which they are counted."""

AUTO = {"reply": "", "message": "", "opened_for_you": "auto-generated"}
"""Template → `Auto-Submitted` (RFC 3834 §5), "" for a person's words. What else goes to requesters replies by itself."""
REPLIED, GENERATED = "auto-replied", "auto-generated"


def promise(about: Occasion, template: str, recipients: list[Recipient], headline: str = "") -> int:
    """Make a mail row for each recipient whom no plugin protects from it, all in one transaction; how many were made."""
    wording = wordings.of(template, about.department.template_ref) if recipients else None
    worded = [
        _rendered(wording, notification)
        for notification in (_notification(about, template, recipient, headline) for recipient in recipients)
        if wording and site().hooks.veto(NotificationHooks.notify_allowed, notification=notification) is None
    ]
    made = _store(about, worded)
    if made:
        wake(SEND)
    return made


def _notification(about: Occasion, template: str, recipient: Recipient, headline: str) -> Notification:
    """What is to be told to somebody, before it has words."""
    with render.language_of(recipient):
        values = context.context(about, recipient, headline)
    return Notification(
        template=template,
        recipient=recipient,
        ticket_id=about.ticket.id,
        entry_id=about.entry.id if about.entry else None,
        subject=f"[#{about.ticket.number}] {about.ticket.subject}"[:600],
        context=values,
    )


def _rendered(wording: wordings.Wording, notification: Notification) -> Notification:
    """The words: a plugin's, else the admin's; then whatever plugins change."""
    done = site().hooks.first(NotificationHooks.notify_render, notification=notification)
    if done is None:
        done = render.worded(wording, notification)
    return site().hooks.chain(NotificationHooks.notify_transform, notification=done)


def _store(about: Occasion, worded: Sequence[Notification]) -> int:
    """A row for each, unless this promise was made before; how many were new."""
    if not worded:
        return 0
    rows = _rows(about, worded)

    def work(session: Session) -> int:
        asked = select(Mail.address).where(Mail.key == about.event.key, Mail.address.in_(rows))
        made_before = set(session.scalars(asked))
        new = [row for address, row in rows.items() if address not in made_before]
        if new:
            session.execute(insert(Mail), new)
        return len(new)

    return transact(work, race=True)


def _rows(about: Occasion, worded: Sequence[Notification]) -> dict[str, dict[str, Any]]:
    """The columns of each mail, by address."""
    ticket, now = about.ticket, clock.now()
    accounts, marker = store.everyone(), references.marker(ticket.id)
    asked = about.event.data.get("sender") or ""
    chosen = choosing.chosen(asked, ticket, accounts, about.department.mail_account_ref)
    by_agent = {False: chosen, True: choosing.for_alerts(accounts)}
    earlier = _earlier_ids(ticket.id, about.entry.id if about.entry else None)
    first = references.thread_id(ticket.id, choosing.host_of(choosing.default(accounts)))
    told = {
        "key": about.event.key, "ticket_id": ticket.id, "in_reply_to": earlier[-1] if earlier else "",
        "references": compose.chain([first, *earlier]), "created_at": now, "due_at": now,
    }  # fmt: skip
    return {
        one.recipient.address: {**told, **_row(about, one, marker, by_agent[one.recipient.agent_id is not None])}
        for one in reversed(worded)  # who is named twice gets the first
    }


def _row(about: Occasion, one: Notification, marker: str, account: Account | None) -> dict[str, Any]:
    """What a mail does not share with the others of its event."""
    to, is_alert = one.recipient, one.recipient.agent_id is not None
    return {
        "template": one.template, "entry_id": one.entry_id, "address": to.address, "name": to.name, "reason": to.reason[:40],
        "user_id": None if is_alert else to.user_id, "is_alert": is_alert, "account_id": account.id if account else None,
        "sender_name": _sender_name(about, one), "subject": one.subject, "text": f"{one.text.rstrip()}\n\n{marker}\n",
        "html": one.html and f"{one.html}\n<p>{marker}</p>",
        "message_id": _message_id(about, one, choosing.host_of(account)),
        "auto": AUTO.get(one.template, GENERATED if is_alert else REPLIED),
    }  # fmt: skip


def _message_id(about: Occasion, notification: Notification, host: str) -> str:
    """An id that says for whom and of what the mail is, the same each time."""
    recipient = notification.recipient
    who = f"a{recipient.agent_id}" if recipient.agent_id else f"u{recipient.user_id or 0}"
    once = hashlib.sha256(about.event.key.encode()).hexdigest()[:12]
    return references.message_id(about.ticket.id, notification.entry_id or 0, f"{who}e{once}", host)


def _sender_name(about: Occasion, notification: Notification) -> str:
    """Whose name stands before the site's: the person who wrote, if a person did."""
    if notification.template not in ("reply", "message"):
        return ""
    author = about.entry.agent_id if about.entry is not None else None
    shown_as = preferences.shown_as(author) if author is not None and notification.recipient.agent_id is None else ""
    if shown_as:
        return about.public_department if shown_as == "department" else ""
    return context.author_of(about, notification.recipient)


def _earlier_ids(ticket_id: int, entry_id: int | None) -> list[str]:
    """Message-IDs of the thread's mails so far, oldest first, the newest 50."""
    asked = select(ThreadEntry.message_id).where(
        ThreadEntry.ticket_id == ticket_id, ThreadEntry.message_id.is_not(None)
    )
    if entry_id is not None:
        asked = asked.where(ThreadEntry.id <= entry_id)
    newest = reading().scalars(asked.order_by(ThreadEntry.id.desc()).limit(50))
    return [value for value in reversed(list(newest)) if compose.is_id(value)]


def may_confirm(address: str) -> bool:
    """False for an address that has had its automatic replies of this hour (RFC 3834 §2: limit the rate of responses)."""
    newest = select(Mail.address, Mail.auto, Mail.created_at).order_by(Mail.id.desc()).limit(LOOKED_AT).subquery()
    sent = select(func.count()).where(
        newest.c.address == address,
        newest.c.auto == REPLIED,
        newest.c.created_at > clock.now() - timedelta(hours=1),
    )
    return int(reading().scalar(sent)) < MOST_CONFIRMATIONS


def promise_secret(key: str, address: str, name: str, subject: str, text: str, html: str) -> bool:
    """A mail that belongs to no ticket (a sign-in link), one for each key; its words are wiped once it is sent."""
    host = choosing.host_of(store.default())

    def work(session: Session) -> bool:
        if session.scalar(select(Mail.id).where(Mail.key == key[:80], Mail.address == address)) is not None:
            return True
        session.add(
            Mail(
                key=key[:80], template="secret", address=address, name=name, subject=subject[:600], text=text, html=html,
                message_id=f"secret.{site().keys.sign('secret-mail', key)}@{host}", auto="auto-generated",
                created_at=clock.now(), due_at=clock.now(),
            )
        )  # fmt: skip
        return True

    stored = transact(work, race=True)
    wake(SEND)
    return stored
