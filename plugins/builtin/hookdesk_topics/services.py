"""Topics are written here, and what they say about a new ticket is applied here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Department, Ticket, TicketDraft, explain, reading, scope, system, transact
from hookdesk_topics import tree
from hookdesk_topics.models import Topic

MOST_LEVELS = 4


class TopicProblem(ValueError):
    """A topic cannot be stored as asked. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What an admin states about a topic."""

    name: str
    parent_id: int | None
    department_id: int | None
    priority_id: int | None
    is_public: bool
    is_active: bool
    position: int
    intro: str


def save(values: Values, topic_id: int | None = None) -> int:
    """Store a new topic, or change one; its id.

    Raises:
        TopicProblem: the name is taken at that place, or the place cannot be.
        LookupError: there is no topic with that id.
    """

    def work(session: Session) -> int:
        found = tree.nodes()
        _check(values, found, topic_id)
        topic = Topic() if topic_id is None else session.get(Topic, topic_id, with_for_update=True)
        if topic is None:
            raise LookupError(f"there is no topic {topic_id}")
        for name, value in asdict(values).items():
            setattr(topic, name, value)
        session.add(topic)
        session.flush()
        return topic.id

    return transact(work)


def _check(values: Values, found: list[tree.Node], topic_id: int | None) -> None:
    """Hold what the table cannot."""
    above = next((node for node in found if node.id == values.parent_id), None)
    if values.parent_id is not None and above is None:
        raise TopicProblem("parent_id", _("That topic is gone. Choose another one."))
    if topic_id is not None and above is not None and tree.is_below(found, above.id, topic_id):
        raise TopicProblem("parent_id", _("A topic cannot lie below itself."))
    levels = (above.level if above else 0) + (tree.height(found, topic_id) if topic_id is not None else 1)
    if levels > MOST_LEVELS:
        raise TopicProblem("parent_id", _("Topics go %(most)s levels deep at most.", most=MOST_LEVELS))
    beside = {node.name.casefold() for node in found if node.parent_id == values.parent_id and node.id != topic_id}
    if values.name.casefold() in beside:
        raise TopicProblem("name", _("There is a topic of this name at this place already."))
    if topic_id is None and len(found) >= tree.MOST_TOPICS:
        raise TopicProblem("name", _("There are %(most)s topics already; that is the limit.", most=tree.MOST_TOPICS))


def remove(topic_id: int) -> None:
    """Delete a topic. Those below it move up; tickets keep its reference, which then reads as unavailable."""

    def work(session: Session) -> None:
        parent_id = session.scalar(select(Topic.parent_id).where(Topic.id == topic_id))
        session.execute(update(Topic).where(Topic.parent_id == topic_id).values(parent_id=parent_id))
        session.execute(delete(Topic).where(Topic.id == topic_id))

    transact(work)


def used() -> Mapping[str, int]:
    """Reference → on how many tickets it stands, whoever may see them."""
    everything = scope(system("topics"))
    counted = select(Ticket.topic_ref, func.count().label("tickets")).where(
        Ticket.topic_ref.startswith(tree.PREFIX), everything
    )
    return {row.topic_ref: row.tickets for row in reading().all(counted.group_by(Ticket.topic_ref))}


def applied(draft: TicketDraft) -> TicketDraft | None:
    """The draft with the department and the priority of its topic, where nobody has decided yet."""
    node = tree.by_ref(draft.topic)
    if node is None:
        return None
    changes, said = {}, []
    if draft.department_id is None and node.department_id is not None and _takes_tickets(node.department_id):
        changes["department_id"] = node.department_id
        said.append("the department")
    if draft.priority_id is None and node.priority_id is not None:
        changes["priority_id"] = node.priority_id
        said.append("the priority")
    if not changes:
        return None
    explain(f"topic '{node.label}' sets {' and '.join(said)}")
    return draft.replace(**changes)


def _takes_tickets(department_id: int) -> bool:
    """True if the department is there and active."""
    return (
        reading().scalar(select(Department.id).where(Department.id == department_id, Department.is_active)) is not None
    )
