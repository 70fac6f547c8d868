"""Users as agents and administrators keep them: their addresses, their organization, bans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.access import Forbidden
from hookdesk.models import Agent, User, UserEmail
from hookdesk.services import log, people, sessions
from hookdesk.services.directory import DirectoryProblem, store
from hookdesk.services.transaction import transact
from hookdesk.types.actors import Actor


@dataclass(frozen=True, slots=True)
class UserData:
    """What a user's form holds. The first of `addresses` is the primary one."""

    name: str
    addresses: tuple[str, ...]
    organization_id: int | None = None
    is_primary_contact: bool = False
    phone: str = ""
    notes: str = ""
    locale: str = ""
    timezone: str = ""
    is_banned: bool = False


def save_user(actor: Actor, user_id: int | None, data: UserData) -> int:
    """Create (None) or change a user and their addresses; their id. A banned one is signed out everywhere.

    Raises:
        DirectoryProblem: an address is none, or belongs to somebody else; or they are an agent, whom only administrators change: who could
            set an agent's address could have their password mailed to it.
    """

    def work(session: Session) -> int:
        addresses = [_address(text) for text in data.addresses]
        if not addresses:
            raise DirectoryProblem(_("A user needs an e-mail address."), "addresses")
        if actor.is_agent and not actor.is_admin and session.scalar(select(Agent.id).where(Agent.user_id == user_id)):
            raise DirectoryProblem(_("They are an agent. Only administrators change agents."))
        values = asdict(data)
        del values["addresses"]
        values["is_primary_contact"] = data.is_primary_contact and data.organization_id is not None
        row = store(session, actor, User, user_id, {**values, "name": people.clean_name(data.name)})
        before = set_addresses(session, row.id, addresses)
        if user_id is not None and before != sorted(addresses):
            log.changed(session, actor, "user", row.name, {"addresses": (before, addresses)})
        if data.is_banned:
            sessions.revoke_all(session, row.id)
        return int(row.id)

    for text in data.addresses:
        allow(text, "addresses")
    return transact(work, race=True)


def allow(address: str, field: str) -> None:
    """Ask whether somebody may have an address.

    Raises:
        DirectoryProblem: a plugin objects.
    """
    if why := people.objection(address):
        raise DirectoryProblem(why, field)


def save_profile(actor: Actor, name: str, locale: str, timezone: str) -> None:
    """Let a user say themselves how they are called, and which language and time zone they read.

    Raises:
        DirectoryProblem: the user is gone.
    """
    values = {"name": people.clean_name(name), "locale": locale, "timezone": timezone}
    transact(lambda session: store(session, actor, User, actor.user_id or 0, values))


def set_banned(actor: Actor, user_id: int, is_banned: bool) -> None:
    """Ban a user or let them in again; a banned one is signed out everywhere.

    Raises:
        Forbidden: the actor may not ban. DirectoryProblem: the user is gone, or is an active agent.
    """
    if not actor.may("user.ban"):
        raise Forbidden("user.ban")

    def work(session: Session) -> None:
        user = session.get(User, user_id, with_for_update=True)
        if user is None or (
            is_banned and session.scalar(select(Agent.id).where(Agent.user_id == user_id, Agent.is_active))
        ):
            raise DirectoryProblem(
                _("Agents cannot be banned, only deactivated.") if user else _("This was deleted meanwhile.")
            )
        store(session, actor, User, user_id, {"name": user.name, "is_banned": is_banned})
        if is_banned:
            sessions.revoke_all(session, user_id)

    transact(work)


def _address(text: str) -> str:
    """An address as stored."""
    found = people.normal_address(text)
    if not found:
        raise DirectoryProblem(_("%(text)s is not an e-mail address.", text=text[:100]), "addresses")
    return found


def set_addresses(session: Session, user_id: int, addresses: Sequence[str]) -> list[str]:
    """Give a user exactly these addresses (as `people.normal_address` writes them), the first as the primary one; those that they had.

    Raises:
        DirectoryProblem: one of them belongs to somebody else.
    """
    others = select(UserEmail.address).where(UserEmail.address.in_(addresses), UserEmail.user_id != user_id)
    if taken := session.scalar(others.limit(1)):
        raise DirectoryProblem(_("%(address)s belongs to somebody else.", address=taken), "addresses")
    known = {row.address: row for row in session.scalars(select(UserEmail).where(UserEmail.user_id == user_id))}
    for address, row in known.items():
        if address not in addresses:
            session.delete(row)
    for address in dict.fromkeys(addresses):
        is_primary = address == addresses[0]
        if address in known:
            known[address].is_primary = is_primary
        else:
            session.add(UserEmail(user_id=user_id, address=address, is_primary=is_primary))
    session.flush()
    return sorted(known)
