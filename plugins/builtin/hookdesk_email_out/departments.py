"""Which set of words a department writes in, and which account its mails leave by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Actor, Department, directory, reading
from hookdesk_email_out import editing
from hookdesk_email_out.accounts import store
from hookdesk_email_out.wordings import PREFIX


@dataclass(frozen=True, slots=True)
class Own:
    """The references that a department has; "" is the default."""

    words: str = ""
    account: str = ""


def choices() -> Sequence[tuple[str, str]]:
    """Reference and name of each set, the default one first."""
    return [("", str(_("Default set"))), *((f"{PREFIX}{row.id}", row.name) for row in editing.sets())]


def accounts() -> Sequence[tuple[str, str]]:
    """Reference and name of each account."""
    return [
        ("", str(_("None of its own"))),
        *((store.ref_of(one.id), f"{one.name} · {one.address}") for one in store.everyone()),
    ]


def chosen(department_id: int) -> Own:
    """What a department has."""
    asked = select(Department.template_ref, Department.mail_account_ref).where(Department.id == department_id)
    row = reading().first(asked)
    return Own(row.template_ref, row.mail_account_ref) if row else Own()


def choose(actor: Actor, department_id: int, own: Own) -> None:
    """Let a department write in a set, and by an account.

    Raises:
        ValueError: there is no such set or account, or no such department.
    """
    if own.words not in dict(choices()) or own.account not in dict(accounts()):
        raise ValueError(f"there is no {own}"[:200])
    directory.set_department_refs(actor, department_id, template_ref=own.words, mail_account_ref=own.account)
