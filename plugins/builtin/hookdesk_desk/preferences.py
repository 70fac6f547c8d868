"""How agents want the desk to be: kept in the database, and for the length of a session in its cookie, so that no page asks for it.

Other browsers follow when they sign in the next time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from flask import Response, g, has_request_context, request, session
from sqlalchemy import select

from hookdesk.api import Actor, Agent, current_actor, reading, transact
from hookdesk_desk.models import Preference
from hookdesk_desk.settings import current as site_settings

DENSITIES = ("comfortable", "compact")
SCHEMES = ("", "light", "dark")
PAGE_SIZES = (0, 10, 25, 50, 100)
AFTER_REPLY = ("", "stay", "next", "list")
_KEY, _SCHEME = "desk_preferences", "theme"
YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Choice:
    """An agent's own choice. `scheme` "" is the system's, `page_size` 0 and `after_reply` "" are the site's."""

    density: str = "comfortable"
    scheme: str = ""
    page_size: int = 0
    after_reply: str = ""
    keys: bool = True


def of(agent_id: int | None) -> Choice:
    """What an agent has chosen."""
    stored = reading().scalar(select(Preference.choice).where(Preference.agent_id == agent_id))
    return _choice(stored) if stored else Choice()


def record(user_id: int) -> dict[str, Any]:
    """What an agent has chosen, for the file that they may ask for; nothing of anybody else."""
    asked = select(Preference.choice).join(Agent, Agent.id == Preference.agent_id).where(Agent.user_id == user_id)
    return reading().scalar(asked) or {}


def _choice(stored: dict[str, Any]) -> Choice:
    """What is stored, whatever version wrote it."""
    known = {field.name for field in fields(Choice)}
    return Choice(**{name: value for name, value in stored.items() if name in known})


def current() -> Choice:
    """That of whoever asks, if it is an agent with a session; else what is usual."""
    actor = current_actor() if has_request_context() else None
    if actor is None or not actor.is_agent or actor.session_id is None:
        return Choice()
    kept = session.get(_KEY)
    if not isinstance(kept, dict) or kept.get("of") != actor.session_id:
        return _keep(actor, of(actor.agent_id))
    return _choice(kept)


def _keep(actor: Actor, choice: Choice) -> Choice:
    """Remember it for this session; the scheme has a cookie of its own, which every page's colours follow."""
    session[_KEY] = {**asdict(choice), "of": actor.session_id}
    if request.cookies.get(_SCHEME, "") != choice.scheme:
        g.desk_scheme = choice.scheme
    return choice


def save(actor: Actor, choice: Choice) -> None:
    """Store what the acting agent has chosen.

    Raises:
        ValueError: it is nothing that can be chosen.
    """
    offered = (
        choice.density in DENSITIES,
        choice.scheme in SCHEMES,
        choice.page_size in PAGE_SIZES,
        choice.after_reply in AFTER_REPLY,
    )
    if not all(offered):
        raise ValueError(f"{choice} cannot be chosen")
    row = Preference(agent_id=actor.agent_id or 0, choice=asdict(choice))
    transact(lambda session: session.merge(row) and None, race=True)
    if has_request_context():
        _keep(actor, choice)


def save_keys(actor: Actor, keys: bool) -> None:
    """Switch single keys on or off, and nothing else."""
    save(actor, replace(of(actor.agent_id), keys=keys))


def page_size() -> int:
    """How many tickets a page of a list has."""
    return current().page_size or site_settings().page_size


def after_reply() -> str:
    """Where one goes after a reply: "stay", "next" or "list"."""
    return current().after_reply or site_settings().after_reply


def set_scheme(response: Response) -> Response:
    """Pin light or dark in this browser, or leave it to the system, once that was chosen."""
    scheme = g.pop("desk_scheme", None)
    if scheme == "":
        response.delete_cookie(_SCHEME)
    elif scheme is not None:
        response.set_cookie(_SCHEME, scheme, max_age=YEAR_S, samesite="Lax", secure=request.is_secure)
    return response
