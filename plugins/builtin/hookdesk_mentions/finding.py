"""Names behind an @: whom a text mentions, and who could be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from hookdesk.api import (
    KNOWN_AGENT,
    AccessHooks,
    Actor,
    Agent,
    Forbidden,
    NotFound,
    Ticket,
    TicketView,
    access_ticket,
    actors,
    knowing,
    reading,
    scope,
    site,
)

MOST = 50
"""So many @ of a text are looked at."""
OFFERED = 8
LOOKED_AT = 30
_AT = re.compile(r"(?<![\w.])@(?=\w)")
_KNOWN = select(Agent.id, Agent.name).where(Agent.is_active, KNOWN_AGENT).order_by(Agent.name)


def mentioned(text: str, names: Mapping[str, int]) -> list[int]:
    """The agents whom a text mentions, in its order. `names` are names in lower case → ids; the longest that fits counts."""
    longest = sorted(names, key=len, reverse=True)
    found: dict[int, None] = {}
    # what is quoted was said before
    said = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    for place in [match.end() for match in _AT.finditer(said)][:MOST]:
        rest = said[place : place + 200].casefold()
        name = next(
            (one for one in longest if rest.startswith(one) and not rest[len(one) : len(one) + 1].isalnum()), None
        )
        if name is not None:
            found[names[name]] = None
    return list(found)


def agents_named() -> Mapping[str, int]:
    """Every agent who is there, by name and by login."""
    rows = reading().all(select(Agent.id, Agent.name, Agent.login).where(Agent.is_active))
    logins = {row.login.casefold(): row.id for row in rows if row.login}
    return logins | {row.name.casefold(): row.id for row in rows if row.name.strip()}


def may_see(agent_id: int, ticket_id: int) -> bool:
    """What the guard says."""
    actor = actors.agent_actor(agent_id)
    if actor is None:
        return False
    try:
        access_ticket(actor, ticket_id)
    except (NotFound, Forbidden):
        return False
    return True


def offered(actor: Actor, ticket: TicketView, text: str) -> Sequence[tuple[int, str]]:
    """A few agents whose name has that text: whom the actor may know of, and who may see the ticket."""
    wanted = " ".join(text.split())[:100]
    asked = _KNOWN.where(Agent.id != actor.agent_id, Agent.name.icontains(wanted, autoescape=True)).limit(LOOKED_AT)
    rows = reading().all(asked.params(knowing(actor)))
    found: list[tuple[int, str]] = []
    for start in range(0, len(rows), OFFERED):
        names = {row.id: row.name for row in rows[start : start + OFFERED]}
        found += [(agent_id, names[agent_id]) for agent_id in _who_see(names, ticket)]
        if len(found) >= OFFERED:
            break
    return found[:OFFERED]


def _who_see(agent_ids: Iterable[int], ticket: TicketView) -> list[int]:
    """Those of some agents who may see a ticket: what the guard says, in one question for all of them."""
    there = [actor for agent_id in agent_ids if (actor := actors.agent_actor(agent_id)) is not None]
    within = [select(Ticket.id).where(Ticket.id == ticket.id, scope(actor)).exists() for actor in there]
    answers = reading().first(select(*within)) if within else None
    given: dict[str, Any] = {"permission": "ticket.view", "ticket": ticket.snapshot()}
    return [
        actor.agent_id or 0
        for actor, is_within in zip(there, answers or (), strict=True)
        if is_within and not site().hooks.veto(AccessHooks.permission_allowed, actor=actor, **given)
    ]


def one(actor: Actor, ticket: TicketView, agent_id: int) -> str | None:
    """The name of an agent whom the actor may know of and who may see the ticket."""
    name: str | None = reading().scalar(
        _KNOWN.where(Agent.id == agent_id).params(knowing(actor)).with_only_columns(Agent.name)
    )
    return name if name is not None and _who_see([agent_id], ticket) else None
