"""The admin's own words: written in versions, the newest twenty of each place kept; the sets that departments choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Department, clean_line, clock, counters, log, reading, transact
from hookdesk_email_out import lint, osticket
from hookdesk_email_out.lint import WordsProblem
from hookdesk_email_out.models import TemplateSet, Words
from hookdesk_email_out.variables import variables
from hookdesk_email_out.wordings import PREFIX, Draft

KEPT = 20
MOST_SETS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """What words are for: a set (None: the default one), a kind of message and a language ("": any)."""

    set_id: int | None
    kind: str
    locale: str = ""

    def where(self) -> tuple[Any, ...]:
        """The conditions on `Words`."""
        of_set = Words.set_id.is_(None) if self.set_id is None else Words.set_id == self.set_id
        return of_set, Words.kind == self.kind, Words.locale == self.locale

    def __str__(self) -> str:
        """As the log names it."""
        return " ".join(part for part in (self.kind, self.locale, f"set {self.set_id}" if self.set_id else "") if part)


def current(place: Place) -> Row[Any] | None:
    """The words that count at a place; None where none are written."""
    columns = (Words.number, Words.subject, Words.text, Words.html, Words.author, Words.created_at)
    return reading().first(select(*columns).where(*place.where(), Words.is_current))


def versions(place: Place) -> Sequence[Row[Any]]:
    """All versions that are kept, the newest first."""
    columns = (Words.number, Words.subject, Words.text, Words.html, Words.author, Words.created_at, Words.is_current)
    return reading().all(select(*columns).where(*place.where()).order_by(Words.number.desc()).limit(KEPT))


def converted(draft: Draft) -> Draft:
    """A draft with ends of lines and variables as we write them."""
    fields = [name.removeprefix("fields.") for name in variables() if name.startswith("fields.")]

    def ours(template: str, is_html: bool = False) -> str:
        return osticket.converted(template.replace("\r\n", "\n"), is_html, fields)

    return Draft(ours(draft.subject), ours(draft.text), ours(draft.html, is_html=True))


def normal(draft: Draft) -> Draft:
    """A draft as it is stored: one line of subject, ends of lines as we write them, osTicket's variables in our way.

    Raises:
        WordsProblem: it cannot be used.
    """
    draft = converted(draft)
    subject, text, html = " ".join(draft.subject.split()), draft.text, draft.html
    found = {"subject": lint.problems(subject), "text": lint.problems(text), "html": lint.problems(html, is_html=True)}
    told = {field: "\n".join(map(str, problems)) for field, problems in found.items() if problems}
    if not subject:
        told["subject"] = _("A mail needs a subject.")
    if not text.strip():
        told["text"] = _("A mail needs a text, also where it has HTML.")
    if told:
        raise WordsProblem(**told)
    return Draft(subject, text, html if html.strip() else "")


def save(actor: Actor, place: Place, draft: Draft) -> None:
    """Store new words for a place, as a new version.

    Raises:
        WordsProblem: they cannot be used; those before go on.
    """
    stored = normal(draft)

    def work(session: Session) -> None:
        newest = _locked(session, place)
        now = session.execute(
            select(Words.subject, Words.text, Words.html).where(*place.where(), Words.is_current)
        ).first()
        if now is not None and Draft(*now) == stored:
            return
        session.execute(update(Words).where(*place.where()).values(is_current=False))
        session.add(
            Words(
                set_id=place.set_id, kind=place.kind, locale=place.locale, number=newest + 1, subject=stored.subject, text=stored.text,
                html=stored.html, author=actor.name[:200], created_at=clock.now(),
            )
        )  # fmt: skip
        session.execute(delete(Words).where(*place.where(), Words.number <= newest + 1 - KEPT))
        before = Draft(*now) if now is not None else Draft("", "")
        fields = {name: (getattr(before, name), getattr(stored, name)) for name in ("subject", "text", "html")}
        log.changed(session, actor, "mail template", str(place), {k: v for k, v in fields.items() if v[0] != v[1]})

    transact(work, race=True)


def _locked(session: Session, place: Place) -> int:
    """The number of the newest version at a place. Whoever else saves words waits for the counter that is held from here on."""
    counters.increase(session, "email_out_words")
    return session.scalar(select(func.max(Words.number)).where(*place.where())) or 0


def reset(actor: Actor, place: Place) -> None:
    """Let the words that count without these count again. Versions are kept."""

    def work(session: Session) -> None:
        _locked(session, place)
        done = session.execute(update(Words).where(*place.where(), Words.is_current).values(is_current=False))
        if done.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
            log.changed(session, actor, "mail template", str(place), {}, act="reset")

    transact(work)


def sets() -> Sequence[Row[Any]]:
    """The sets besides the default one, by name."""
    return reading().all(select(TemplateSet.id, TemplateSet.name).order_by(TemplateSet.name).limit(MOST_SETS))


def save_set(actor: Actor, name: str, set_id: int | None = None) -> int:
    """Make a set, or name it differently; its id.

    Raises:
        WordsProblem: there is such a name already, or no name, or enough sets.
        LookupError: there is no such set.
    """
    name = clean_line(name)[:100]

    def work(session: Session) -> int:
        taken = session.scalar(select(TemplateSet.id).where(TemplateSet.name == name, TemplateSet.id != (set_id or 0)))
        if not name or taken is not None:
            raise WordsProblem(name=_("Give the set a name that no other one has."))
        if set_id is None and (session.scalar(select(func.count()).select_from(TemplateSet)) or 0) >= MOST_SETS:
            raise WordsProblem(name=_("There are %(most)s sets already; that is the limit.", most=MOST_SETS))
        found = TemplateSet() if set_id is None else session.get(TemplateSet, set_id)
        if found is None:
            raise LookupError(f"there is no set {set_id}")
        before, found.name = found.name, name
        session.add(found)
        session.flush()
        changes, act = {"name": (before or "", name)}, "created" if set_id is None else "changed"
        log.changed(session, actor, "mail template set", name, changes, act=act)
        return found.id

    return transact(work, race=True)


def used_by(set_id: int) -> list[str]:
    """The departments that choose a set."""
    named = select(Department.name).where(Department.template_ref == f"{PREFIX}{set_id}")
    return list(reading().scalars(named.order_by(Department.name).limit(100)))


def remove_set(actor: Actor, set_id: int) -> None:
    """Delete a set with its words; departments that chose it have the default one.

    Raises:
        LookupError: there is no such set.
    """

    def work(session: Session) -> None:
        found = session.get(TemplateSet, set_id)
        if found is None:
            raise LookupError(f"there is no set {set_id}")
        session.execute(delete(Words).where(Words.set_id == set_id))
        session.delete(found)
        log.changed(session, actor, "mail template set", found.name, {}, act="deleted", level="warning")

    transact(work)
