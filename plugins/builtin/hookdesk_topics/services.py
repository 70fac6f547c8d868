"""Topics are written here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Department,
    Organization,
    Ticket,
    log,
    reading,
    scope,
    system,
    transact,
)
from hookdesk_topics import tree
from hookdesk_topics.models import Audience, Topic, UnlistedDepartment

MOST_LEVELS = 4


class TopicProblem(ValueError):
    """A topic cannot be stored as asked. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What an admin states about a topic; `organizations` are the names of those that a restricted one is for."""

    name: str
    parent_id: int | None = None
    department_id: int | None = None
    priority_id: int | None = None
    status_id: int | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    sla_ref: str = ""
    number_ref: str = ""
    answers: bool = True
    is_public: bool = True
    is_active: bool = True
    is_default: bool = False
    is_restricted: bool = False
    organizations: tuple[str, ...] = ()
    intro: str = ""
    thanks: str = ""
    notes: str = ""


def save(actor: Actor, values: Values, topic_id: int | None = None) -> int:
    """Store a new topic, or change one; its id.

    Raises:
        TopicProblem: the name is taken at that place, the place cannot be, or there is no such organization.
        LookupError: there is no topic with that id.
    """

    def work(session: Session) -> int:
        found = tree.nodes()
        _check(values, found, topic_id)
        wanted = _organization_ids(session, values.organizations)
        topic = (
            Topic(position=_last(found) + 1) if topic_id is None else session.get(Topic, topic_id, with_for_update=True)
        )
        if topic is None:
            raise LookupError(f"there is no topic {topic_id}")
        given = asdict(values)
        del given["organizations"]
        changes = {
            name: (getattr(topic, name), value) for name, value in given.items() if getattr(topic, name) != value
        }
        for name, value in given.items():
            setattr(topic, name, value)
        session.add(topic)
        session.flush()
        changes |= _set_audience(session, topic.id, wanted)
        if values.is_default:
            session.execute(update(Topic).where(Topic.id != topic.id, Topic.is_default).values(is_default=False))
        if topic_id is None or changes:
            log.changed(session, actor, "topic", topic.name, changes, act="changed" if topic_id else "created")
        return topic.id

    return transact(work)


def _last(found: Sequence[tree.Node]) -> int:
    """The last position that is taken."""
    return max((node.own.position for node in found), default=0)


def move(actor: Actor, topic_id: int, step: int) -> None:
    """Move a topic before (-1) or behind (1) its neighbour below the same one; at the end it stays where it is."""

    def work(session: Session) -> None:
        found = tree.nodes()
        node = next((one for one in found if one.id == topic_id), None)
        beside = [one for one in found if node is not None and one.parent_id == node.parent_id]
        place = next((place for place, one in enumerate(beside) if one is node), 0)
        if node is None or not 0 <= place + step < len(beside):
            return
        beside.insert(place + step, beside.pop(place))
        order = {one.id: place for place, one in enumerate(beside, start=1)}
        session.execute(update(Topic).where(Topic.id.in_(order)).values(position=case(order, value=Topic.id)))
        log.changed(session, actor, "topic", node.own.name, {"place": (place + 1, place + 1 + step)})

    transact(work)


def _organization_ids(session: Session, names: Collection[str]) -> set[int]:
    """The organizations of these names."""
    rows = session.execute(select(Organization.name, Organization.id).where(Organization.name.in_(names))).all()
    known = {row.name: row.id for row in rows}
    if unknown := [name for name in names if name not in known]:
        raise TopicProblem("organizations", _("There is no organization named %(name)s.", name=unknown[0][:100]))
    return set(known.values())


def _set_audience(session: Session, topic_id: int, wanted: set[int]) -> dict[str, tuple[Any, Any]]:
    """Say which organizations a topic is for; what changed."""
    known = set(session.scalars(select(Audience.organization_id).where(Audience.topic_id == topic_id)))
    if known == wanted:
        return {}
    session.execute(delete(Audience).where(Audience.topic_id == topic_id, Audience.organization_id.in_(known - wanted)))
    session.add_all(Audience(topic_id=topic_id, organization_id=one) for one in wanted - known)
    session.flush()
    return {"organizations": (known, wanted)}


def audience(topic_id: int) -> list[str]:
    """The names of the organizations that a topic is for."""
    named = select(Organization.name).join(Audience, Audience.organization_id == Organization.id)
    return list(reading().scalars(named.where(Audience.topic_id == topic_id).order_by(Organization.name)))


def unlisted() -> set[int]:
    """The departments whose topics the portal does not offer."""
    return set(reading().scalars(select(UnlistedDepartment.department_id)))


def set_unlisted(actor: Actor, departments: set[int]) -> None:
    """Say which departments those are; what is no department is passed over."""

    def work(session: Session) -> None:
        wanted = set(session.scalars(select(Department.id).where(Department.id.in_(departments))))
        known = set(session.scalars(select(UnlistedDepartment.department_id)))
        if known == wanted:
            return
        session.execute(delete(UnlistedDepartment).where(UnlistedDepartment.department_id.in_(known - wanted)))
        session.add_all(UnlistedDepartment(department_id=one) for one in wanted - known)
        log.changed(session, actor, "topic", "list", {"departments that the portal leaves out": (known, wanted)})

    transact(work)


def _check(values: Values, found: list[tree.Node], topic_id: int | None) -> None:
    """Hold what the table cannot."""
    above = next((node for node in found if node.id == values.parent_id), None)
    if values.parent_id is not None and above is None:
        raise TopicProblem("parent_id", _("That topic is gone. Choose another one."))
    if topic_id is not None and above is not None and tree.is_below(found, above.id, topic_id):
        raise TopicProblem("parent_id", _("A topic cannot lie below itself."))
    if values.is_default and not values.is_active:
        raise TopicProblem("is_default", _("New tickets get the default topic, so it has to be in use."))
    levels = (above.level if above else 0) + (tree.height(found, topic_id) if topic_id is not None else 1)
    if levels > MOST_LEVELS:
        raise TopicProblem("parent_id", _("Topics go %(most)s levels deep at most.", most=MOST_LEVELS))
    beside = {node.own.name.casefold() for node in found if node.parent_id == values.parent_id and node.id != topic_id}
    if values.name.casefold() in beside:
        raise TopicProblem("name", _("There is a topic of this name at this place already."))
    if topic_id is None and len(found) >= tree.MOST_TOPICS:
        raise TopicProblem("name", _("There are %(most)s topics already; that is the limit.", most=tree.MOST_TOPICS))


def remove(actor: Actor, topic_id: int) -> None:
    """Delete a topic. Those below it move up; tickets keep its reference, which then reads as unavailable."""

    def work(session: Session) -> None:
        topic = session.get(Topic, topic_id, with_for_update=True)
        if topic is None:
            return
        session.execute(update(Topic).where(Topic.parent_id == topic_id).values(parent_id=topic.parent_id))
        session.execute(delete(Topic).where(Topic.id == topic_id))
        log.changed(session, actor, "topic", topic.name, {}, act="deleted", level="warning")

    transact(work)


def used() -> Mapping[str, int]:
    """Reference → on how many tickets it stands, whoever may see them."""
    everything = scope(system("topics"))
    counted = select(Ticket.topic_ref, func.count().label("tickets")).where(
        Ticket.topic_ref.startswith(tree.PREFIX), everything
    )
    return {row.topic_ref: row.tickets for row in reading().all(counted.group_by(Ticket.topic_ref))}


_COLUMNS = {
    "department": "department_id",
    "priority": "priority_id",
    "status": "status_id",
    "agent": "assignee_id",
    "team": "team_id",
}


def using(ref: str) -> list[tree.Node]:
    """The topics that name something themselves; see the hook `reference_uses` for what `ref` is."""
    kind, _colon, number = ref.partition(":")
    if kind in _COLUMNS:
        return [node for node in tree.nodes() if str(getattr(node.own, _COLUMNS[kind])) == number]
    return [node for node in tree.nodes() if ref and ref in (node.own.sla_ref, node.own.number_ref)]


def lacks_topic() -> str | None:
    """Why a ticket without a topic may not be closed; None while there is none to choose."""
    is_offered = any(node.is_active for node in tree.kept())
    return str(_("Choose a help topic first: no ticket is closed without one.")) if is_offered else None
