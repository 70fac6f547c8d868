"""Canned responses are written here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Forbidden,
    NotFound,
    StoredFile,
    WebHooks,
    attachments,
    clock,
    html_to_text,
    log,
    reading,
    sanitize_html,
    site,
    transact,
)
from hookdesk_canned import filling, rights
from hookdesk_canned.models import File, Response

MOST = 2000
MOST_FILES = 20


class ResponseProblem(ValueError):
    """A response cannot be stored or deleted as asked. `field` is the form's field that is to blame, "" for none."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What somebody states about a response. `department_id` None: it is for every department."""

    title: str
    html: str
    department_id: int | None = None
    locale: str = ""
    notes: str = ""
    is_active: bool = True


def found(actor: Actor, response_id: int) -> Response:
    """A response that the actor may see to.

    Raises:
        NotFound: there is none, or it is not theirs.
    """
    asked = select(Response).where(Response.id == response_id, rights.managed(actor))
    row: Response | None = reading().scalars(asked).first()
    if row is None:
        raise NotFound("no such canned response")
    return row


def files(response_id: int) -> Sequence[Row[Any]]:
    """What goes along with a response."""
    asked = select(File.id, File.filename, File.content_type, File.size, File.sha256, File.storage)
    return reading().all(asked.where(File.response_id == response_id).order_by(File.id).limit(MOST_FILES))


def stored_files(response_id: int) -> tuple[StoredFile, ...]:
    """The same as what entries are given."""
    return tuple(
        StoredFile(row.filename, row.content_type, row.size, row.sha256, row.storage) for row in files(response_id)
    )


def save(
    actor: Actor,
    values: Values,
    response_id: int | None = None,
    *,
    added: Sequence[StoredFile] = (),
    dropped: Collection[int] = (),
) -> int:
    """Store a new response, or change one, with files to add and ids of files to take away; its id.

    Raises:
        ResponseProblem: its title is taken, its text cannot be used, or it has too many files.
        Forbidden: it is, or would be, none that the actor may see to. NotFound: there is none of that id.
    """
    html = filling.normal(sanitize_html(values.html))
    problems = filling.problems(html)
    if problems:
        raise ResponseProblem("html", " ".join(problems))
    if not html_to_text(html).strip() and not added and response_id is None:
        raise ResponseProblem("html", _("Write the text."))
    _demand(actor, values.department_id)

    def work(session: Session) -> int:
        row = Response() if response_id is None else session.get(Response, response_id, with_for_update=True)
        if row is None:
            raise NotFound("no such canned response")
        if response_id is not None:
            _demand(actor, row.department_id)
        _check_title(session, values, response_id)
        given = {**{name: getattr(values, name) for name in values.__slots__}, "html": html}
        changes = {name: (getattr(row, name), value) for name, value in given.items() if getattr(row, name) != value}
        for name, value in given.items():
            setattr(row, name, value)
        row.words = html_to_text(html)
        session.add(row)
        session.flush()
        changes |= _set_files(session, row.id, added, dropped)
        if changes:
            log.changed(
                session, actor, "canned response", row.title, changes, act="changed" if response_id else "created"
            )
        return row.id

    return transact(work)


def _demand(actor: Actor, department_id: int | None) -> None:
    """Refuse what the actor may not see to."""
    if not rights.may_manage(actor, department_id):
        raise Forbidden(rights.MANAGE)


def _check_title(session: Session, values: Values, response_id: int | None) -> None:
    """One title names one response among those that are offered together."""
    same = select(Response.id).where(
        func.lower(Response.title) == values.title.lower(),
        Response.locale == values.locale,
        Response.department_id.is_(None)
        if values.department_id is None
        else Response.department_id == values.department_id,
        Response.id != (response_id or 0),
    )
    if session.scalar(same.limit(1)) is not None:
        raise ResponseProblem("title", _("There is a response of this title already."))
    if response_id is None and (session.scalar(select(func.count()).select_from(Response)) or 0) >= MOST:
        raise ResponseProblem("title", _("There are %(most)s responses already; that is the limit.", most=MOST))


def _set_files(
    session: Session, response_id: int, added: Sequence[StoredFile], dropped: Collection[int]
) -> dict[str, tuple[Any, Any]]:
    """Take files away and add some; bytes that a response names are kept for it."""
    named = select(File.filename).where(File.response_id == response_id).order_by(File.id)
    before = list(session.scalars(named))
    session.execute(delete(File).where(File.response_id == response_id, File.id.in_(dropped)))
    session.add_all(
        File(
            response_id=response_id, filename=file.filename, content_type=file.content_type, size=file.size,
            sha256=file.sha256, storage=file.storage,
        )
        for file in added
    )  # fmt: skip
    session.flush()
    after = list(session.scalars(named))
    if len(after) > MOST_FILES:
        raise ResponseProblem("files", _("At most %(most)s files go along with a response.", most=MOST_FILES))
    owner = f"canned:{response_id}"
    attachments.disclaim(session, owner)
    attachments.claim(session, owner, session.scalars(select(File.sha256).where(File.response_id == response_id)).all())
    return {"files": (before, after)} if before != after else {}


def uses(response_id: int) -> list[tuple[str, str]]:
    """What sends it by itself: (name, address of its page)."""
    return site().hooks.collect(WebHooks.reference_uses, ref=f"canned:{response_id}")


def remove(actor: Actor, response_id: int) -> None:
    """Delete a response.

    Raises:
        ResponseProblem: a filter sends it. NotFound: there is none, or it is not the actor's to see to.
    """
    named = found(actor, response_id)
    if using := uses(response_id):
        told = ", ".join(name for name, _url in using[:5])
        raise ResponseProblem("", _("It stays: %(uses)s sends it. Change that first.", uses=told))

    def work(session: Session) -> None:
        session.execute(delete(Response).where(Response.id == response_id))
        attachments.disclaim(session, f"canned:{response_id}")
        log.changed(session, actor, "canned response", named.title, {}, act="deleted", level="warning")

    transact(work)


def count_use(response_id: int) -> None:
    """Somebody put it into an answer."""
    counted = update(Response).where(Response.id == response_id)
    transact(lambda session: session.execute(counted.values(uses=Response.uses + 1, used_at=clock.now())) and None)
