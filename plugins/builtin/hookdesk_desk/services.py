"""What the desk changes besides a single property: a ticket for a caller, an agent's own profile."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    User,
    log,
    people,
    transact,
)


def save_profile(actor: Actor, name: str, signature: str, locale: str, timezone: str) -> None:
    """Store what agents say about themselves; the user that they are bears the same name."""

    def work(session: Session) -> None:
        agent = session.get(Agent, actor.agent_id)
        user = session.get(User, actor.user_id)
        assert agent is not None  # they are signed in
        assert user is not None  # an agent is one
        called = people.clean_name(name)
        if called != agent.name:
            log.changed(session, actor, "agent", called, {"name": (agent.name, called)})
        agent.name = user.name = called
        agent.signature, agent.locale, agent.timezone = signature.replace("\r\n", "\n").strip(), locale, timezone

    transact(work)
