"""To which ticket a mail belongs: by what it answers, then the address it came to, a signed token, a number in the subject."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlalchemy import or_, select

from hookdesk.api import (
    Collaborator,
    InboundMessage,
    Match,
    Sender,
    ThreadEntry,
    Ticket,
    people,
    reading,
    references,
    threads,
)
from hookdesk_email_in import loops
from hookdesk_email_in.policies import policy_of
from hookdesk_email_in.results import finding_of
from hookdesk_email_in.settings import Settings

MAX_IDS = 50
_NUMBER = re.compile(r"#\s?([A-Za-z0-9][A-Za-z0-9_-]{0,39})")
_MAX_NUMBERS = 5


def match(message: InboundMessage, sender: Sender, settings: Settings) -> Match | None:
    """The ticket and the evidence, None for a mail that begins something new. What looks like a loop does not go on it."""
    state = finding_of(message, settings.trusted_servers).state
    by_number = settings.match_number and state != "refuted"  # who forges a sender may guess a number, too
    found = _by_ids(message) or _by_address(message) or _by_token(message)
    found = found or (_by_number(message, sender) if by_number else None)
    if found is None:
        return None
    return replace(
        found,
        is_proven=state == "confirmed",
        lets_follow=bool(message.followers) and _may_bring(message, sender, found.ticket_id),
        verdict=loops.on_ticket(message, sender, found.ticket_id, settings),
    )


def _may_bring(message: InboundMessage, sender: Sender, ticket_id: int) -> bool:
    """Whether those who got copies follow the ticket: everybody's, or those of people who take part in it, as the mailbox says."""
    if policy_of(message.mailbox).collaborators == "all":
        return True
    owner_id = reading().scalar(select(Ticket.user_id).where(Ticket.id == ticket_id))
    return owner_id is not None and people.is_participant(ticket_id, owner_id, sender.user_id)


def _by_ids(message: InboundMessage) -> Match | None:
    """What it answers (RFC 5322 section 3.6.4), the nearest first: our own signed ids, and those of stored mails."""
    ids = list(dict.fromkeys(filter(None, (message.in_reply_to, *reversed(message.references)))))[:MAX_IDS]
    stored = _stored(ids)
    for value in ids:
        if (ticket_id := references.ticket_of_message_id(value)) is not None:
            return Match(ticket_id, f"it answers our mail {value}")
        if (ticket_id := stored.get(threads.stored_message_id(value) or "")) is not None:
            return Match(ticket_id, f"it answers the mail {value} of that ticket")
    return None


def _stored(ids: list[str]) -> dict[str, int]:
    """The tickets of entries that came as mails with these ids."""
    keys = [key for value in ids if (key := threads.stored_message_id(value))]
    if not keys:
        return {}
    rows = reading().all(select(ThreadEntry.message_id, ThreadEntry.ticket_id).where(ThreadEntry.message_id.in_(keys)))
    return {row.message_id: row.ticket_id for row in rows}


def _by_address(message: InboundMessage) -> Match | None:
    """Where our server allows it, answers come to an address that names the ticket."""
    for address in (*message.to, *message.cc)[:MAX_IDS]:
        if (named := references.ticket_of_address(address)) is not None:
            return Match(named[0], "it came to the address of that ticket")
    return None


def _by_token(message: InboundMessage) -> Match | None:
    """Mail programs that drop the ids keep the text: our signed token stands in each mail that we send."""
    for place, text in (("subject", message.subject), ("text", message.text)):
        if (ticket_id := references.ticket_of_text(text)) is not None:
            return Match(ticket_id, f"a signed token in its {place}")
    return None


def _by_number(message: InboundMessage, sender: Sender) -> Match | None:
    """A number alone proves nothing, so it counts only for those who take part: the requester and collaborators."""
    written = _NUMBER.findall(message.subject)[:_MAX_NUMBERS]
    numbers = list(dict.fromkeys([*written, *map(str.upper, written)]))  # who types a number may type its letters small
    if not numbers or sender.user_id is None:
        return None
    takes_part = select(Collaborator.ticket_id).where(Collaborator.user_id == sender.user_id)
    rows = reading().all(
        select(Ticket.number, Ticket.id)
        .where(Ticket.number.in_(numbers))
        .where(or_(Ticket.user_id == sender.user_id, Ticket.id.in_(takes_part)))
    )
    found = {row.number: row.id for row in rows}
    number = next((number for number in numbers if number in found), None)
    return Match(found[number], f"#{number} in the subject, written by a participant") if number else None
