"""Names behind an @: whom a text mentions, and who could be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from hookdesk.api import KNOWN_AGENT, Actor, Agent, NotFound, access_ticket, actors, knowing, reading

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
    except NotFound:
        return False
    return True


def offered(actor: Actor, ticket_id: int, text: str) -> Sequence[tuple[int, str]]:
    """A few agents whose name has that text: whom the actor may know of, and who may see the ticket."""
    wanted = " ".join(text.split())[:100]
    asked = _KNOWN.where(Agent.id != actor.agent_id, Agent.name.icontains(wanted, autoescape=True)).limit(LOOKED_AT)
    found: list[tuple[int, str]] = []
    for row in reading().all(asked.params(knowing(actor))):
        if len(found) < OFFERED and may_see(row.id, ticket_id):
            found.append((row.id, row.name))
    return found
