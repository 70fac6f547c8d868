"""Accounts are read and written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hookdesk.api import MASK, Actor, Department, log, reading, site, transact
from hookdesk_email_out.models import Account, TopicAccount

PREFIX = "email_out:"
MOST = 200
_SECRETS = ("password",)


class AccountProblem(ValueError):
    """An account cannot be stored as asked. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What an administrator states about an account.

    `password` is in the clear, a reference, or `MASK` for the one that is there; `token_ref` names a sign-in that is used in its stead.
    `per_minute` 0 is no limit. `return_address` "" is the own one; `is_plus` says that it may bear what tells bounces apart
    (`name+anything@`); `is_null`: automatic answers have none. `is_relay`: its server takes mails of other senders. `falls_back`: while its
    server is away, the default account sends. `is_offered`: agents may choose it in the composer.
    """

    name: str
    address: str
    sender_name: str = ""
    host: str = ""
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: str = ""
    token_ref: str = ""
    timeout: int = 30
    per_minute: int = 0
    connections: int = 1
    return_address: str = ""
    is_plus: bool = False
    is_null: bool = False
    is_relay: bool = False
    falls_back: bool = True
    is_offered: bool = True
    is_default: bool = False
    is_alert: bool = False
    is_active: bool = True


STATED = tuple(field.name for field in fields(Values))


def everyone() -> Sequence[Account]:
    """All accounts, the default one first, then by name."""
    return list(reading().scalars(select(Account).order_by(Account.is_default.desc(), Account.name).limit(MOST)))


def active() -> Sequence[Account]:
    """Those that mail may leave by: switched on, with a server."""
    return [one for one in everyone() if one.is_active and one.host]


def ref_of(account_id: int) -> str:
    """The reference that departments and topics keep."""
    return f"{PREFIX}{account_id}"


def id_of(ref: str) -> int | None:
    """The id in a reference; None if it is none of ours."""
    number = ref.removeprefix(PREFIX)
    return (
        int(number) if ref.startswith(PREFIX) and number.isascii() and number.isdigit() and len(number) < 19 else None
    )


def default() -> Account | None:
    """The default account; None on a site that has none yet."""
    found = everyone()
    return found[0] if found else None


def save(actor: Actor, values: Values, account_id: int | None = None) -> int:
    """Store a new account, or change one; its id. The first one is the default account, and so is whichever is made it later.

    Raises:
        AccountProblem: the name is taken, or it must stay the default one. LookupError: there is no such account.
    """

    def work(session: Session) -> int:
        others = [one for one in session.scalars(select(Account)) if one.id != account_id]
        if any(one.name.casefold() == values.name.casefold() for one in others):
            raise AccountProblem("name", _("There is an account of this name already."))
        row = Account() if account_id is None else session.get(Account, account_id, with_for_update=True)
        if row is None:
            raise LookupError(f"there is no account {account_id}")
        is_default = values.is_default or not any(one.is_default for one in others)
        if is_default and not values.is_active:
            raise AccountProblem(
                "is_active", _("What has no account of its own leaves by the default one, so it has to be in use.")
            )
        changes = _fill(row, values, is_default)
        session.add(row)
        session.flush()
        for name in ("is_default", "is_alert"):
            if getattr(row, name):
                session.execute(
                    update(Account).where(Account.id != row.id, getattr(Account, name)).values({name: False})
                )
        if account_id is None or changes:
            log.changed(session, actor, "mail account", row.name, changes, act="changed" if account_id else "created")
        return row.id

    return transact(work, race=True)


def _fill(row: Account, values: Values, is_default: bool) -> dict[str, tuple[Any, Any]]:
    """Put the values into the row; what changed, without secrets. An account that was set differently is tried at once."""
    given = {**asdict(values), "is_default": is_default}
    if given["password"] == MASK:
        del given["password"]
    else:
        given["password"] = site().keys.sealed(given["password"])
    changes = {name: (getattr(row, name), value) for name, value in given.items() if getattr(row, name) != value}
    for name, value in given.items():
        setattr(row, name, value)
    row.failures, row.away_until, row.error = 0, None, ""
    row.minute_count = 0
    return {name: ("…", "…") if name in _SECRETS else pair for name, pair in changes.items()}


def remove(actor: Actor, account_id: int) -> None:
    """Delete an account. Its mails that wait leave by the default one, as do departments and topics that had it.

    Raises:
        AccountProblem: it is the default one.
    """

    def work(session: Session) -> None:
        row = session.get(Account, account_id, with_for_update=True)
        if row is None:
            return
        if row.is_default:
            raise AccountProblem("name", _("The default account stays. Make another one the default first."))
        own = Department.mail_account_ref == ref_of(account_id)
        session.execute(update(Department).where(own).values(mail_account_ref=""))
        session.execute(delete(Account).where(Account.id == account_id))
        log.changed(session, actor, "mail account", row.name, {}, act="deleted", level="warning")

    transact(work)


def of_topic(topic_ref: str) -> int | None:
    """The account that a topic names; None if it names none."""
    found: int | None = reading().scalar(select(TopicAccount.account_id).where(TopicAccount.topic_ref == topic_ref))
    return found


def set_for_topic(actor: Actor, topic_ref: str, account_id: int | None) -> None:
    """Say which account a topic's mails leave by; None is none of its own.

    Raises:
        LookupError: there is no such account.
    """

    def work(session: Session) -> None:
        row = session.get(TopicAccount, topic_ref)
        before = row.account_id if row is not None else None
        if account_id is not None and session.get(Account, account_id) is None:
            raise LookupError(f"there is no account {account_id}")
        if row is not None and account_id is None:
            session.delete(row)
        elif account_id is not None:
            session.merge(TopicAccount(topic_ref=topic_ref, account_id=account_id))
        if before != account_id:
            log.changed(session, actor, "topic", topic_ref, {"mail account": (before, account_id)})

    transact(work, race=True)
