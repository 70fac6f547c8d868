"""Kinds of messages that the admin has made: rules send them."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, TemplateKind, clean_line, log, reading, transact
from hookdesk_email_out.default_words import MADE, SUBJECT, kinds
from hookdesk_email_out.lint import WordsProblem
from hookdesk_email_out.models import OwnKind, Words

PREFIX = "own_"
MOST = 200


def own_kinds() -> dict[str, TemplateKind]:
    """Those kinds by the name that rules keep."""
    rows = reading().all(select(OwnKind.id, OwnKind.name).order_by(OwnKind.name).limit(MOST))
    return {f"{PREFIX}{row.id}": TemplateKind(f"{PREFIX}{row.id}", row.name, SUBJECT, MADE) for row in rows}


def every_kind() -> dict[str, TemplateKind]:
    """Those that code knows, and those."""
    return {**kinds(), **own_kinds()}


def found(name: str) -> TemplateKind | None:
    """The kind of that name, wherever it comes from."""
    return own_kinds().get(name) if name.startswith(PREFIX) else kinds().get(name)


def make(actor: Actor, name: str) -> str:
    """Make a kind; the name that rules keep.

    Raises:
        WordsProblem: there is such a name already, or none is given, or there are enough kinds.
    """
    name = clean_line(name)[:100]

    def work(session: Session) -> str:
        if not name or session.scalar(select(OwnKind.id).where(OwnKind.name == name)) is not None:
            raise WordsProblem(name=_("Give the message a name that no other one has."))
        if (session.scalar(select(func.count()).select_from(OwnKind)) or 0) >= MOST:
            raise WordsProblem(name=_("There are %(most)s messages already; that is the limit.", most=MOST))
        made = OwnKind(name=name)
        session.add(made)
        session.flush()
        log.changed(session, actor, "mail template", name, {}, act="created")
        return f"{PREFIX}{made.id}"

    return transact(work, race=True)


def remove(actor: Actor, name: str) -> None:
    """Delete a kind with its words; rules that send it say so, and are skipped.

    Raises:
        LookupError: there is no such kind.
    """
    kind = own_kinds().get(name)
    if kind is None:
        raise LookupError(f"there is no kind {name}")

    def work(session: Session) -> None:
        session.execute(delete(Words).where(Words.kind == name))
        session.execute(delete(OwnKind).where(OwnKind.id == int(name.removeprefix(PREFIX))))
        log.changed(session, actor, "mail template", str(kind.label), {}, act="deleted", level="warning")

    transact(work)
