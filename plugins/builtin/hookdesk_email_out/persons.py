"""What mails tell about one person: given out, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, delete, or_, select

from hookdesk.api import Agent, Ticket, UserEmail, reading, transact
from hookdesk_email_out.default_words import kinds
from hookdesk_email_out.errors import TEMPLATE
from hookdesk_email_out.models import Mail, Preference

MOST = 10_000


def mails_to(user_id: int) -> list[dict[str, Any]]:
    """The newest mails to a person's addresses, at most 10,000: no alerts, which agents get of others, and no text that opens a door."""
    theirs = select(UserEmail.address).where(UserEmail.user_id == user_id)
    text = case((Mail.template == "secret", ""), else_=Mail.text).label("text")
    columns = (Mail.address, Mail.subject, text, Mail.created_at, Mail.sent_at)
    alerts = [TEMPLATE, *(kind.name for kind in kinds().values() if kind.for_agents)]
    of_theirs = select(*columns).where(Mail.address.in_(theirs), Mail.template.not_in(alerts))
    newest = of_theirs.order_by(Mail.id.desc()).limit(MOST)
    return [dict(row._mapping) for row in reading().all(newest)]


def wish(user_id: int) -> dict[str, Any]:
    """Of what an agent wants to be told; nothing of anybody else, or who never said."""
    asked = select(Preference.mode, Preference.unwanted).join(Agent, Agent.id == Preference.agent_id)
    row = reading().first(asked.where(Agent.user_id == user_id))
    return dict(row._mapping) if row else {}


def forget(user_id: int, addresses: Sequence[str]) -> None:
    """Drop the mails to these addresses, and those about the user's tickets, sent or not."""
    own = select(Ticket.id).where(Ticket.user_id == user_id)
    about = Mail.ticket_id.in_(own)
    transact(lambda session: session.execute(delete(Mail).where(or_(Mail.address.in_(addresses), about))))
