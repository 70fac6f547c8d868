"""What agents write about a task: updates, which followers may be told of, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    InboundFile,
    StoredFile,
    User,
    UserEmail,
    attachments,
    clean_text,
    clock,
    people,
    reading,
    sanitize_html,
    transact,
)
from hookdesk_tasks import closing, guard, keeping
from hookdesk_tasks.changing import change
from hookdesk_tasks.models import Entry, Follower, Task
from hookdesk_tasks.recording import TaskProblem, locked, tell, touch

PERMISSION = {"update": "task.reply", "note": guard.NOTE}
LONGEST = 200_000
MOST_FOLLOWERS = 50


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be added: `kind` is "update" or "note". Followers are told only if `tells`. `is_open` closes or reopens it by the way.

    `html` is the text where it is formatted, `stored` what is stored for it already: pictures in it, and further files.
    """

    kind: str
    text: str
    files: tuple[InboundFile, ...] = ()
    tells: bool = False
    is_open: bool | None = None
    html: str = ""
    stored: tuple[StoredFile, ...] = ()


def write(actor: Actor, task_id: int, written: Written) -> int:
    """Add an update or a note; the new entry's id.

    Raises:
        NotFound, Forbidden: as the guard says. TaskProblem: there is nothing in it, or too much.
    """
    view = guard.access_task(actor, task_id, PERMISSION[written.kind])
    if written.is_open is not None and written.is_open is not view.is_open:
        guard.access_task(actor, task_id, "task.close")
    text = clean_text(written.text).strip()
    html = sanitize_html(written.html) if written.html else ""
    if not (text or written.files or written.stored):
        raise TaskProblem(_("Write something first, or attach a file."))
    if max(len(text), len(html)) > LONGEST:
        raise TaskProblem(_("The text is too long. Attach it as a file."))
    stored = [*written.stored, *(attachments.store(file) for file in written.files)]
    told = [row.address for row in followers(task_id)] if written.tells and written.kind == "update" else []

    def work(session: Session) -> int:
        if written.is_open is not None:
            closing.apply(session, actor, view.id, view.ticket_id, written.is_open, text)
        task = locked(session, task_id)
        entry = Entry(
            task_id=task.id, kind=written.kind, agent_id=actor.agent_id, author=actor.name[:200], text=text, html=html, data={}, told=told,
            created_at=clock.now(),
        )  # fmt: skip
        session.add(entry)
        session.flush()
        keeping.attach(session, task.id, entry.id, stored)
        touch(task)
        tell(session, task, actor, "entry", None, entry.id)
        return entry.id

    return transact(work)


def followers(task_id: int) -> Sequence[Row[Any]]:
    """Who follows a task: id, name, address, locale of those who can be written to."""
    address = and_(UserEmail.user_id == User.id, UserEmail.is_primary)
    asked = select(User.id, User.name, User.locale, UserEmail.address).join(UserEmail, address)
    asked = asked.join(Follower, Follower.user_id == User.id).where(Follower.task_id == task_id, ~User.is_banned)
    return reading().all(asked.order_by(User.name).limit(MOST_FOLLOWERS))


def follow(actor: Actor, task_id: int, address: str) -> str:
    """Let a known user follow a task; their name.

    Raises:
        NotFound, Forbidden: as the guard says. TaskProblem: nobody has that address, or there are too many.
    """
    found = people.find_user(address)
    if found is None:
        raise TaskProblem(_("Nobody of that address is known here."))

    def work(session: Session, task: Task) -> None:
        known = set(session.scalars(select(Follower.user_id).where(Follower.task_id == task.id)))
        if len(known) >= MOST_FOLLOWERS:
            raise TaskProblem(_("A task can have %(most)s followers at most.", most=MOST_FOLLOWERS))
        if found.user_id not in known:
            session.add(Follower(task_id=task.id, user_id=found.user_id))

    change(actor, task_id, "task.edit", work)
    return found.name


def unfollow(actor: Actor, task_id: int, user_id: int) -> None:
    """Let somebody follow it no longer."""

    def work(session: Session, task: Task) -> None:
        held = session.get(Follower, (task.id, user_id))
        if held is not None:
            session.delete(held)

    change(actor, task_id, "task.edit", work)
