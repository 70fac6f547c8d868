"""Leaving a conversation by the button that mail programs show (RFC 2369 §3.2, RFC 8058).

Collaborators get it: they were added by somebody. Not requesters, whose own ticket it is, and not agents, who say on their own page what
they want. Whoever leaves gets no more mail of that ticket, still sees it, and can be let in again.
"""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.routing import BuildError

from hookdesk.api import NotFound, absolute_url, access_ticket, participants, site, system
from hookdesk_email_out.models import Mail

_PURPOSE = "leave"


def headers(mail: Mail) -> Sequence[tuple[str, str]]:
    """The headers of a mail to a collaborator; none for anybody else."""
    if mail.reason != "collaborator" or mail.user_id is None or mail.ticket_id is None:
        return []
    try:
        url = absolute_url("email_out.leave", token=token(mail.ticket_id, mail.user_id))
    except BuildError:
        return []
    return [("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]


def token(ticket_id: int, user_id: int) -> str:
    """What lets a user leave a ticket's mail, and nothing else."""
    stem = f"{ticket_id}.{user_id}"
    return f"{stem}.{site().keys.sign(_PURPOSE, stem)}"


def leave(given: str) -> bool:
    """Send the collaborator whom a token names no more mail of its ticket; False if it names none, or the ticket is gone."""
    stem, _dot, signature = given.rpartition(".")
    if not site().keys.verify(_PURPOSE, stem, signature):
        return False
    ticket_id, user_id = (int(part) for part in stem.split("."))
    try:
        access_ticket(system("email_out"), ticket_id)
        participants.mute_collaborator(system("email_out"), ticket_id, user_id, is_active=False)
    except NotFound:
        return False
    return True
