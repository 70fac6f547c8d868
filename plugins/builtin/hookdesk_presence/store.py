"""Who is at which ticket, in Valkey, for some seconds. Nothing of it reaches the database; without Valkey nobody is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from hookdesk.api import KNOWN_AGENT, Actor, Agent, clock, knowing, reading, site

STATES = ("view", "write")
SEEN_FOR = timedelta(seconds=25)
"""Somebody of whom nothing was heard for so long has gone: a page reports every eight seconds."""
DOWN_FOR = timedelta(seconds=10)
"""A server that does not answer is left alone for so long, so that pages do not wait for it."""
TIMEOUT_S = 0.2
MOST_BUSY = 500
BUSY = "hookdesk:presence"
_KNOWN = select(Agent.id).where(KNOWN_AGENT)
_CLIENT, _DOWN = "presence.client", "presence.down_until"


@dataclass(frozen=True, slots=True)
class Present:
    """An agent at a ticket."""

    agent_id: int
    name: str
    is_writing: bool


def _key(ticket_id: int) -> str:
    """Where those at a ticket stand."""
    return f"hookdesk:presence:{ticket_id}"


def report(actor: Actor, ticket_id: int, state: str) -> None:
    """An agent looks at a ticket or writes on it; any other state: they have left."""
    client = _client()
    if client is None:
        return
    key, field = _key(ticket_id), str(actor.agent_id)
    try:
        with client.pipeline(transaction=False) as pipe:
            if state in STATES:
                pipe.hset(key, field, json.dumps([actor.name, state, clock.now().timestamp()]))
                pipe.expire(key, SEEN_FOR)
                pipe.zadd(BUSY, {str(ticket_id): clock.now().timestamp()})
                pipe.zremrangebyscore(BUSY, 0, _since())
                pipe.expire(BUSY, SEEN_FOR)
            else:
                pipe.hdel(key, field)
            pipe.execute()
    except RedisError:
        _is_down()


def busy() -> list[int]:
    """Ids of the tickets at which anybody was a moment ago, the last ones first."""
    client = _client()
    if client is None:
        return []
    try:
        found = client.zrevrangebyscore(BUSY, "+inf", _since(), start=0, num=MOST_BUSY)
    except RedisError:
        _is_down()
        return []
    return [int(str(one)) for one in found]


def _since() -> float:
    """Whoever was heard of before that has gone."""
    return (clock.now() - SEEN_FOR).timestamp()


def others(actor: Actor, ticket_ids: Iterable[int]) -> Mapping[int, list[Present]]:
    """Who is at these tickets besides the actor, of whom they may know, writers first; tickets at which nobody is are left out."""
    client, wanted = _client(), list(ticket_ids)
    if client is None or not wanted:
        return {}
    try:
        with client.pipeline(transaction=False) as pipe:
            for ticket_id in wanted:
                pipe.hgetall(_key(ticket_id))
            answers = pipe.execute()
    except RedisError:
        _is_down()
        return {}
    since = _since()
    found = {
        ticket_id: _people(answer, since, actor.agent_id) for ticket_id, answer in zip(wanted, answers, strict=True)
    }
    return _known(actor, {ticket_id: people for ticket_id, people in found.items() if people})


def _known(actor: Actor, found: Mapping[int, list[Present]]) -> Mapping[int, list[Present]]:
    """The same without agents out of sight."""
    ids = {one.agent_id for people in found.values() for one in people}
    if not ids:
        return {}
    known = set(reading().scalars(_KNOWN.where(Agent.id.in_(ids)).params(knowing(actor))))
    seen = {ticket_id: [one for one in people if one.agent_id in known] for ticket_id, people in found.items()}
    return {ticket_id: people for ticket_id, people in seen.items() if people}


def _people(answer: Mapping[str, str], since: float, own: int | None) -> list[Present]:
    """Those of a ticket who have not gone."""
    found = []
    for field, text in answer.items():
        name, state, at = json.loads(text)
        if at >= since and int(field) != own:
            found.append(Present(int(field), name, state == "write"))
    return sorted(found, key=lambda one: (not one.is_writing, one.name))


def _client() -> Redis | None:
    """The connection; None where there is no server, or it did not answer a moment ago."""
    here = site()
    down: datetime | None = here.extra.get(_DOWN)  # type: ignore[assignment]  # only we put it there
    if down is not None and clock.now() < down:
        return None
    url = here.config.redis
    if not here.config.redis_url and not Path(url.removeprefix("unix://")).exists():
        return None
    client = here.extra.get(_CLIENT)
    if not isinstance(client, Redis):
        client = Redis.from_url(url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S, decode_responses=True)
        here.extra[_CLIENT] = client
    return client


def _is_down() -> None:
    """The server did not answer."""
    site().extra[_DOWN] = clock.now() + DOWN_FOR
