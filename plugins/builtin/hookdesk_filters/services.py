"""Rules are written here: saved as versions, switched, moved, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, clock, log, reading, transact
from hookdesk_filters.models import Rule, Version
from hookdesk_filters.rules import MOST_RULES, RuleProblem, RuleValues, checked


def save(actor: Actor, values: RuleValues, rule_id: int | None = None, seen: int | None = None) -> int:
    """Store a new rule, at the end of the list, or a new version of one; its id. A version that says the same is not stored.

    `seen` is the version that whoever saves has looked at.

    Raises:
        RuleProblem: something cannot be stored; nothing was.
        LookupError: there is no such rule.
    """
    good = checked(values)
    return transact(lambda session: keep(session, actor, good, rule_id, seen))


def keep(session: Session, actor: Actor, good: RuleValues, rule_id: int | None = None, seen: int | None = None) -> int:
    """The same with values that are checked, in a transaction that is open."""
    rule = _locked(session, rule_id) if rule_id is not None else None
    _check_name(session, good.name, rule_id)
    if rule is None:
        rule = _new(session, good.name)
    elif seen is not None and seen != rule.version:
        raise RuleProblem("name", _("Somebody else has saved this filter meanwhile. Look at its history first."))
    _store(session, actor, rule, good)
    return rule.id


def _new(session: Session, name: str) -> Rule:
    """A row for a new rule, behind the others."""
    if (session.scalar(select(func.count()).select_from(Rule)) or 0) >= MOST_RULES:
        raise RuleProblem("name", _("There are %(most)s filters already; that is the limit.", most=MOST_RULES))
    last = session.scalar(select(func.max(Rule.position))) or 0
    rule = Rule(name=name, position=last + 1, version=0, created_at=clock.now())
    session.add(rule)
    session.flush()
    return rule


def _store(session: Session, actor: Actor, rule: Rule, values: RuleValues) -> None:
    """The next version of a rule, if it says something else than the present one."""
    before = version(session, rule.id, rule.version)
    if before == values:
        return
    rule.name, rule.version = values.name, rule.version + 1
    session.add(
        Version(
            rule_id=rule.id, number=rule.version, saved_by=actor.name, saved_at=clock.now(), **values.as_json()
        )
    )  # fmt: skip
    old, new = before.as_json() if before else {}, values.as_json()
    changes = {name: (old.get(name), value) for name, value in new.items() if before and old.get(name) != value}
    log.changed(session, actor, "filter", rule.name, changes, act="changed" if before else "created")


def version(session: Any, rule_id: int, number: int) -> RuleValues | None:
    """What a rule said in one of its versions; `session` may be the reading one."""
    row = session.scalars(select(Version).where(Version.rule_id == rule_id, Version.number == number)).first()
    if row is None:
        return None
    return RuleValues.from_json({name: getattr(row, name) for name in RuleValues.__dataclass_fields__})


def roll_back(actor: Actor, rule_id: int, number: int) -> None:
    """Let a rule say again what it said in an earlier version; that makes a new one.

    Raises:
        RuleProblem: what it said then is not possible any more.
        LookupError: there is no such version.
    """
    values = version(reading(), rule_id, number)
    if values is None:
        raise LookupError(f"rule {rule_id} has no version {number}")
    save(actor, values, rule_id)


def switch(actor: Actor, rule_id: int, is_active: bool) -> None:
    """Let a rule be asked, or not.

    Raises:
        LookupError: there is no such rule.
    """

    transact(lambda session: set_active(session, actor, rule_id, is_active))


def set_active(session: Session, actor: Actor, rule_id: int, is_active: bool) -> None:
    """The same in a transaction that is open."""
    rule = _locked(session, rule_id)
    if rule.is_active != is_active:
        rule.is_active = is_active
        log.changed(session, actor, "filter", rule.name, {"active": (not is_active, is_active)})


def move(actor: Actor, rule_id: int, step: int) -> None:
    """Ask a rule that many places later (negative: earlier).

    Raises:
        LookupError: there is no such rule.
    """

    def work(session: Session) -> None:
        rows = list(session.scalars(select(Rule).order_by(Rule.position, Rule.id).with_for_update()))
        place = next((index for index, rule in enumerate(rows) if rule.id == rule_id), None)
        if place is None:
            raise LookupError(f"there is no rule {rule_id}")
        wanted = min(max(place + step, 0), len(rows) - 1)
        moved = rows.pop(place)
        rows.insert(wanted, moved)
        _number(rows)
        if wanted != place:
            log.changed(session, actor, "filter", moved.name, {"position": (place + 1, wanted + 1)})

    transact(work)


def _number(rules: Sequence[Rule]) -> None:
    """Give rules the places 1, 2, 3 …"""
    for place, rule in enumerate(rules, 1):
        if rule.position != place:
            rule.position = place


def remove(actor: Actor, rule_id: int) -> None:
    """Delete a rule with its versions and what it is remembered to have done. Traces of tickets keep what they say."""

    def work(session: Session) -> None:
        rule = session.get(Rule, rule_id, with_for_update=True)
        if rule is None:
            return
        session.execute(delete(Rule).where(Rule.id == rule_id))
        session.execute(update(Rule).where(Rule.position > rule.position).values(position=Rule.position - 1))
        log.changed(session, actor, "filter", rule.name, {}, act="deleted", level="warning")

    transact(work)


def _locked(session: Session, rule_id: int) -> Rule:
    """A rule, held until the transaction ends."""
    rule = session.get(Rule, rule_id, with_for_update=True)
    if rule is None:
        raise LookupError(f"there is no rule {rule_id}")
    return rule


def _check_name(session: Session, name: str, rule_id: int | None) -> None:
    """Names tell rules apart, in lists, traces and files."""
    names = session.execute(select(Rule.id, Rule.name)).all()
    if any(row.name.casefold() == name.casefold() and row.id != rule_id for row in names):
        raise RuleProblem("name", _("There is a filter of this name already."))


def version_of(rule: Rule) -> RuleValues:
    """What a rule says now."""
    found = version(reading(), rule.id, rule.version)
    assert found is not None, "a rule's version is stored with it"
    return found


def place(rule_id: int) -> dict[str, Any]:
    """Where a rule stands: its number, how many there are, and the names of those before and after it."""
    names = [(row.id, row.name) for row in reading().all(select(Rule.id, Rule.name).order_by(Rule.position, Rule.id))]
    index = next(index for index, row in enumerate(names) if row[0] == rule_id)
    before = names[index - 1][1] if index else ""
    after = names[index + 1][1] if index + 1 < len(names) else ""
    return {"number": index + 1, "of": len(names), "before": before, "after": after}
