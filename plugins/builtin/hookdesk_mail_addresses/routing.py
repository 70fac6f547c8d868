"""What an address decides about a new ticket, where nobody has decided yet.

The mailbox at which a mail arrived decides before those that its To and Cc name: a list or a blind copy names none. Of several addresses
of ours the first decides, and the departments of the others see the ticket.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import (
    Department,
    FilteringHooks,
    InboundMessage,
    RuleNote,
    TicketDraft,
    explain,
    note_rule,
    people,
    reading,
    site,
    system,
)
from hookdesk_mail_addresses import services
from hookdesk_mail_addresses.models import Arrival, Referral

_TAG = re.compile(r"\+[^@]*(?=@)")
MOST_LOOKED_AT = 200


def ours(message: InboundMessage) -> list[Row[Any]]:
    """Our addresses that a mail went to, each once; the deciding one first."""
    known, found = services.kept(), dict[str, Row[Any]]()
    for one in (message.mailbox, *message.to, *message.cc)[:MOST_LOOKED_AT]:
        address = people.normal_address(one)
        row = known.get(address) or known.get(_TAG.sub("", address))
        if row is not None:
            found.setdefault(row.address, row)
    return list(found.values())


def applied(draft: TicketDraft) -> TicketDraft | None:
    """The draft with what its address decides."""
    known = services.kept()
    if not known:
        return None
    found = ours(draft.message)
    chosen = found[0] if found else next(row for row in known.values() if row.is_default)
    changes, told = _decided(draft, chosen)
    others = _others(found[1:], changes.get("department_id", draft.department_id))
    _tell(draft.message, chosen, told, others, named=bool(found))
    changed = draft.replace(**changes) if changes else draft
    changed = changed.with_rows(Arrival.__tablename__, {"address_id": chosen.id})
    rows = [{"department_id": department_id} for department_id in others]
    return changed.with_rows(Referral.__tablename__, *rows) if rows else changed


def _decided(draft: TicketDraft, row: Row[Any]) -> tuple[dict[str, Any], list[str]]:
    """What changes, and that in words."""
    changes, told = dict[str, Any](), list[str]()
    if row.department_id and draft.department_id is None:
        changes["department_id"] = row.department_id if row.department_works else _default_department()
        told.append("the department" if row.department_works else "the default department, for its own is not in use")
    if row.topic and not draft.topic:
        if _is_offered(row.topic):
            changes["topic"] = row.topic
            told.append("the help topic")
        else:
            told.append("no help topic, for its own is not in use")
    if row.priority_id and row.priority_works and draft.priority_id is None:
        changes["priority_id"] = row.priority_id
        told.append("the priority")
    if draft.autoresponse and not row.answers:
        changes["autoresponse"] = False
        told.append("no confirmation")
    return changes, told


def _default_department() -> int | None:
    """Where tickets go that nothing leads elsewhere."""
    found: int | None = reading().scalar(select(Department.id).where(Department.is_default, Department.is_active))
    return found


def _is_offered(topic: str) -> bool:
    """Whether a topic is in use."""
    offered = site().hooks.collect(FilteringHooks.topic_choices, actor=system("mail_addresses"))
    return any(choice.ref == topic for choice in offered)


def _others(rows: list[Row[Any]], department_id: int | None) -> dict[int, str]:
    """Id and address of the departments that are to see the ticket besides."""
    return {
        row.department_id: row.address for row in rows if row.department_works and row.department_id != department_id
    }


def _tell(message: InboundMessage, row: Row[Any], told: list[str], others: dict[int, str], named: bool) -> None:
    """Say in the trace which address decided, by what it was found, and what it decided."""
    if not named:
        how = f"the mail names none of our addresses, so {row.address}, the default one, counts"
    elif _TAG.sub("", people.normal_address(message.mailbox)) == _TAG.sub("", row.address):
        how = f"it arrived at {row.address}"
    else:
        how = f"{row.address} is the first of our addresses in its To and Cc"
    words = [f"that sets {', '.join(told)}"] if told else []
    if others:
        words.append(f"the departments of {', '.join(others.values())} see it, too")
    if words:
        explain("; ".join([how, *words]))
        note_rule(RuleNote(services.ref_of(row.id), row.address, 1, matched=True, outcome="; ".join(words)))
