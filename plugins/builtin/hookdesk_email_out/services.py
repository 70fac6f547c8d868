"""From an event to rows: who is told, in which words. One row a promise; the same event delivered twice promises nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Agent,
    CoreSettings,
    Notification,
    NotificationHooks,
    Recipient,
    ThreadEntry,
    clock,
    emit,
    people,
    reading,
    references,
    site,
    transact,
    wake,
)
from hookdesk_email_out import compose, render
from hookdesk_email_out.models import Mail
from hookdesk_email_out.occasions import Occasion
from hookdesk_email_out.settings import Settings

SEND = "email_out.send"
MOST_CONFIRMATIONS = 10
"""So many confirmations go to one address in an hour: a machine that does not say that it is one would answer each for ever."""
LOOKED_AT = 500
"""The newest mails among which they are counted."""


CONFIRMATIONS = ("autoresponse", "received")
AUTO = {**dict.fromkeys(CONFIRMATIONS, "auto-replied"), "reply": "", "message": ""}
"""Template → `Auto-Submitted` (RFC 3834 §5), "" for a person's words; of any other: auto-generated."""


def promise(settings: Settings, about: Occasion, template: str, recipients: list[Recipient], headline: str = "") -> int:
    """Make a mail row for each recipient whom no plugin protects from it, all in one transaction; how many were made."""
    worded = []
    for recipient in recipients:
        said = _context(about, recipient)
        notification = Notification(
            template=template,
            recipient=recipient,
            ticket_id=about.ticket.id,
            entry_id=about.entry.id if about.entry else None,
            subject=f"[#{about.ticket.number}] {about.ticket.subject}"[:600],
            context={**said, "headline": str(headline).replace("%(author)s", said["author"])},
        )
        if site().hooks.veto(NotificationHooks.notify_allowed, notification=notification) is None:
            worded.append(_rendered(settings, notification))
    made = _store(settings, about, worded)
    if made:
        wake(SEND)
    return made


def _rendered(settings: Settings, notification: Notification) -> Notification:
    """The words: a plugin's, else the admin's; then whatever plugins change."""
    done = site().hooks.first(NotificationHooks.notify_render, notification=notification)
    if done is None:
        done = notification.replace(text=render.words(settings, notification))
    return site().hooks.chain(NotificationHooks.notify_transform, notification=done)


def _context(about: Occasion, recipient: Recipient) -> Mapping[str, Any]:
    """What templates may say."""
    ticket, entry = about.ticket, about.entry
    text = entry.text if entry else ""
    department = ticket.department_name if recipient.agent_id else about.public_department
    return {
        "number": ticket.number, "subject": ticket.subject, "requester": ticket.requester, "recipient": recipient.name,
        "department": department, "status": ticket.status_name, "priority": ticket.priority_name,
        "author": _author(about, recipient), "text": text, "quoted": render.quoted(text), "signature": _signature(about, recipient),
        "site_name": site().settings.get("core", CoreSettings).site_name, "headline": "",
        "url": site().hooks.first(NotificationHooks.ticket_url, ticket=ticket, recipient=recipient) or "",
    }  # fmt: skip


def _author(about: Occasion, recipient: Recipient) -> str:
    """Who wrote, by the name that the recipient may know."""
    if about.entry is None:
        return ""
    is_told = about.entry.agent_id is None or recipient.agent_id is not None
    return str(about.entry.author) if is_told else people.public_name(about.entry.author, about.public_department)


def _signature(about: Occasion, recipient: Recipient) -> str:
    """The signature below what an agent wrote: their own, else the department's; neither tells a requester what they shall not know."""
    entry, is_told = about.entry, recipient.agent_id is not None
    if entry is None or entry.agent_id is None:
        return ""
    own = ""
    if is_told or not people.hides_agents():
        own = reading().scalar(select(Agent.signature).where(Agent.id == entry.agent_id)) or ""
    return str(own or (about.department.signature if is_told or about.department.is_public else ""))


def _store(settings: Settings, about: Occasion, worded: Sequence[Notification]) -> int:
    """A row for each, unless this promise was made before; how many were new."""
    if not worded:
        return 0
    rows = _rows(settings, about, worded)

    def work(session: Session) -> int:
        asked = select(Mail.address).where(Mail.key == about.event.key, Mail.address.in_(rows))
        made_before = set(session.scalars(asked))
        new = [row for address, row in rows.items() if address not in made_before]
        if new:
            session.execute(insert(Mail), new)
        return len(new)

    return transact(work, race=True)


def _rows(settings: Settings, about: Occasion, worded: Sequence[Notification]) -> dict[str, dict[str, Any]]:
    """The columns of each mail, by address."""
    ticket, now = about.ticket, clock.now()
    host, marker = compose.host_of(settings), references.marker(ticket.id)
    earlier = _earlier_ids(ticket.id, about.entry.id if about.entry else None)
    told = {
        "key": about.event.key, "ticket_id": ticket.id, "in_reply_to": earlier[-1] if earlier else "",
        "references": compose.chain([references.thread_id(ticket.id, host), *earlier]), "created_at": now, "due_at": now,
    }  # fmt: skip
    return {
        one.recipient.address: {
            **told, "template": one.template, "entry_id": one.entry_id, "address": one.recipient.address, "name": one.recipient.name,
            "sender_name": _sender_name(about, one), "subject": one.subject, "text": f"{one.text.rstrip()}\n\n{marker}\n", "html": one.html,
            "message_id": _message_id(about, one, host), "auto": AUTO.get(one.template, "auto-generated"),
        }
        for one in reversed(worded)  # who is named twice gets the first
    }  # fmt: skip


def _message_id(about: Occasion, notification: Notification, host: str) -> str:
    """An id that says for whom and of what the mail is, the same each time."""
    recipient = notification.recipient
    who = f"a{recipient.agent_id}" if recipient.agent_id else f"u{recipient.user_id or 0}"
    once = hashlib.sha256(about.event.key.encode()).hexdigest()[:12]
    return references.message_id(about.ticket.id, notification.entry_id or 0, f"{who}e{once}", host)


def _sender_name(about: Occasion, notification: Notification) -> str:
    """Whose name stands before the site's: the person who wrote, if a person did."""
    return _author(about, notification.recipient) if notification.template in ("reply", "message") else ""


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
    """False for an address that has had its confirmations of this hour (RFC 3834 §2: limit the rate of responses)."""
    newest = select(Mail.address, Mail.template, Mail.created_at).order_by(Mail.id.desc()).limit(LOOKED_AT).subquery()
    sent = select(func.count()).where(
        newest.c.address == address,
        newest.c.template.in_(CONFIRMATIONS),
        newest.c.created_at > clock.now() - timedelta(hours=1),
    )
    return int(reading().scalar(sent)) < MOST_CONFIRMATIONS


def promise_secret(settings: Settings, key: str, address: str, name: str, subject: str, text: str) -> bool:
    """A mail that belongs to no ticket (a sign-in link), one for each key; its text is wiped once it is sent."""
    host = compose.host_of(settings)

    def work(session: Session) -> bool:
        if session.scalar(select(Mail.id).where(Mail.key == key[:80], Mail.address == address)) is not None:
            return True
        session.add(
            Mail(
                key=key[:80], template="secret", address=address, name=name, subject=subject[:600], text=text,
                message_id=f"secret.{site().keys.sign('secret-mail', key)}@{host}", auto="auto-generated",
                created_at=clock.now(), due_at=clock.now(),
            )
        )  # fmt: skip
        return True

    stored = transact(work, race=True)
    wake(SEND)
    return stored


def settled(session: Session, mail: Mail, outcome: str) -> None:
    """Tell those who listen how a mail ended."""
    data = {
        "ticket_id": mail.ticket_id, "entry_id": mail.entry_id, "address": mail.address, "channel": "email",
        "outcome": outcome, "error": mail.error[:500],
    }  # fmt: skip
    emit(session, "notification_settled", data)
