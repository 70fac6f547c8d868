"""Who follows a ticket because a mail names them: those in its To and Cc, where its mailbox wants that."""

from __future__ import annotations

from flask_babel import ngettext
from sqlalchemy import select

from hookdesk.api import Agent, InboundMessage, UserEmail, people, reading
from hookdesk_email_in import policies
from hookdesk_email_in.settings import Settings

MOST = 20
"""So many followers a mail makes; more are a mailing, and are named in a note alone."""


def added(message: InboundMessage, settings: Settings) -> InboundMessage:
    """The message with those who are to follow its ticket, or with a remark that they are too many."""
    policy = policies.policy_of(message.mailbox)
    if policy.collaborators == "off":
        return message
    named = dict.fromkeys(filter(None, map(people.normal_address, (*message.to, *message.cc))))
    named.pop(people.normal_address(message.sender_address), None)
    found = [one for one in list(named)[: 10 * MOST] if not policies.is_ours(one, settings)]
    agents = _agents(found) if found else set()
    found = [one for one in found if one not in agents]
    if len(found) <= MOST:
        return message.replace(followers=tuple(found))
    told = ngettext(
        "The mail went to %(num)s other address. That is too many to let them follow the ticket.",
        "The mail went to %(num)s other addresses. That is too many to let them follow the ticket.",
        len(found),
    )
    return message.replace(remarks=(*message.remarks, told))


def _agents(addresses: list[str]) -> set[str]:
    """Those of them that are agents': they have the desk."""
    asked = select(UserEmail.address).join(Agent, Agent.user_id == UserEmail.user_id)
    return set(reading().scalars(asked.where(UserEmail.address.in_(addresses), Agent.is_active)))
