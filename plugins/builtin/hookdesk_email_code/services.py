"""Six digits by mail: good for ten minutes, three tries, once."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from hookdesk.api import CoreSettings, NotificationHooks, clock, people, reading, release, site, transact
from hookdesk_auth_password import throttle
from hookdesk_email_code.models import Mailed
from hookdesk_two_factor import challenge

KIND = "code by mail"
LIFETIME = timedelta(minutes=10)
MOST_TRIES = 3


def can_mail() -> bool:
    """Whether a plugin is there that mails."""
    return bool(site().hooks.implementations("mail_secret"))


def address_of(user_id: int) -> str:
    """Where the code goes, as much of it as its owner needs to recognise: "a…@helpdesk.example"."""
    name, at, domain = people.primary_address(user_id).rpartition("@")
    release()
    return f"{name[:1]}…{at}{domain}"


def send(user_id: int) -> str:
    """Mail a new code, which makes the one before useless: "", or why not. At most three, then one each quarter of an hour."""
    wait = throttle.enter(throttle.gate("code by mail", str(user_id), free=3, wait=throttle.LONGEST))
    if wait:
        return throttle.words(wait)
    address = people.primary_address(user_id)
    release()
    code = f"{secrets.randbelow(10**6):06d}"
    values = {"hash": _hash(user_id, code), "expires_at": clock.now() + LIFETIME, "tries": 0}

    def work(session: Session) -> None:
        row = session.get(Mailed, user_id, with_for_update=True)
        if row is None:
            session.add(Mailed(user_id=user_id, **values))
        else:
            for name, value in values.items():
                setattr(row, name, value)

    transact(work, race=True)
    subject, text = _words(code)
    key = f"email_code.{user_id}.{secrets.token_hex(8)}"
    taken = site().hooks.first(
        NotificationHooks.mail_secret, key=key, address=address, name="", subject=subject, text=text
    )
    return "" if taken else str(_("The mail could not be sent. Try again later, or prove it in another way."))


def _words(code: str) -> tuple[str, str]:
    """Subject and text of the mail; the code is not in the subject, which phones show while they are locked."""
    name = site().settings.get("core", CoreSettings).site_name
    text = _(
        "%(code)s\n\nis your code for %(name)s. It works once, for ten minutes.\n\n"
        "If you are not signing in at the moment, somebody else knows your password: change it.",
        code=code,
        name=name,
    )
    return _("Your code for %(name)s", name=name), text


def is_waited_for(user_id: int) -> bool:
    """Whether a code is on its way that can still be used."""
    alive = select(Mailed.user_id).where(Mailed.user_id == user_id, *_alive())
    return reading().scalar(alive) is not None


def fits(user_id: int, code: str) -> bool:
    """Whether it is the code that was mailed. A try is counted before it is made, and a good code used up, once."""
    mine = (Mailed.user_id == user_id, *_alive())
    tried = update(Mailed).where(*mine).values(tries=Mailed.tries + 1)
    if not transact(lambda session: session.execute(tried).rowcount):  # type: ignore[attr-defined]  # an UPDATE has one
        return False
    stored = reading().scalar(select(Mailed.hash).where(Mailed.user_id == user_id)) or ""
    release()
    if not hmac.compare_digest(stored, _hash(user_id, "".join(code.split()))):
        return False
    used = update(Mailed).where(Mailed.user_id == user_id, Mailed.hash == stored).values(hash=None)
    if not transact(lambda session: session.execute(used).rowcount):  # type: ignore[attr-defined]  # an UPDATE has one
        return False
    throttle.forgive(throttle.gate("code by mail", str(user_id), free=3))
    return True


def switch_on(user_id: int) -> None:
    """The user showed that the mailbox is theirs."""
    known = update(Mailed).where(Mailed.user_id == user_id, Mailed.since.is_(None)).values(since=clock.now())

    def work(session: Session) -> None:
        session.execute(known)
        challenge.note(session, "set up", KIND)

    transact(work)


def forget(session: Session, user_id: int) -> bool:
    """Mail this user no codes any more; whether they got any."""
    return bool(session.execute(delete(Mailed).where(Mailed.user_id == user_id)).rowcount)  # type: ignore[attr-defined]  # a DELETE has one


def records(user_id: int) -> list[dict[str, Any]]:
    """What is kept about a user, without the code that is on its way."""
    rows = reading().all(select(Mailed.since).where(Mailed.user_id == user_id))
    return [dict(row._mapping) for row in rows]


def held(user_ids: Collection[int]) -> dict[int, str]:
    """Which of these users get codes."""
    chosen = select(Mailed.user_id).where(Mailed.user_id.in_(user_ids), Mailed.since.is_not(None))
    return dict.fromkeys(reading().scalars(chosen), "")


def _alive() -> tuple[ColumnElement[bool], ...]:
    """The conditions of a code that can still be used."""
    return Mailed.hash.is_not(None), Mailed.expires_at > clock.now(), Mailed.tries < MOST_TRIES


def _hash(user_id: int, code: str) -> str:
    """What is stored."""
    return site().keys.sign("code by mail", f"{user_id}:{code}", 52)
