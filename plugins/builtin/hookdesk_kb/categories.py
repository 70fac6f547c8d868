"""Categories are written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, log, transact
from hookdesk_kb import shelf
from hookdesk_kb.models import Article, Category, CategoryName
from hookdesk_kb.services import KbProblem, allow

MOST_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Values:
    """What is stated about a category; `names` has further languages: locale → (name, description)."""

    name: str
    parent_id: int | None = None
    description: str = ""
    is_public: bool = True
    is_featured: bool = False
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)


PLAIN = ("name", "parent_id", "description", "is_public", "is_featured")


def save(actor: Actor, values: Values, category_id: int | None = None) -> int:
    """Store a new category, or change one; its id.

    Raises:
        Forbidden: the actor may not. KbProblem: the name is taken at that place, or the place cannot be.
        LookupError: there is no such category.
    """
    allow(actor)

    def work(session: Session) -> int:
        nodes = shelf.read().nodes
        _check(values, nodes, category_id)
        last = max((node.position for node in nodes.values()), default=0)
        row = session.get(Category, category_id) if category_id else Category(position=last + 1)
        if row is None:
            raise LookupError(f"there is no category {category_id}")
        changes = {
            name: (getattr(row, name), getattr(values, name))
            for name in PLAIN
            if getattr(row, name) != getattr(values, name)
        }
        for name in PLAIN:
            setattr(row, name, getattr(values, name))
        session.add(row)
        session.flush()
        session.execute(delete(CategoryName).where(CategoryName.category_id == row.id))
        session.add_all(
            CategoryName(category_id=row.id, locale=locale, name=name, description=text)
            for locale, (name, text) in values.names.items()
            if name
        )
        log.changed(session, actor, "category", row.name, changes, act="changed" if category_id else "created")
        return row.id

    return transact(work)


def _check(values: Values, nodes: Mapping[int, shelf.Node], category_id: int | None) -> None:
    """Hold what the table cannot."""
    above = nodes.get(values.parent_id or 0)
    if values.parent_id is not None and above is None:
        raise KbProblem("parent_id", _("That category is gone. Choose another one."))
    if category_id is not None and above is not None and category_id in (above.id, *above.above):
        raise KbProblem("parent_id", _("A category cannot lie below itself."))
    height = max((len(one.above) for one in nodes.values() if category_id in one.above), default=0)
    own = len(nodes[category_id].above) if category_id is not None and category_id in nodes else 0
    if (above.level if above else 0) + 1 + max(0, height - own) > MOST_LEVELS:
        raise KbProblem("parent_id", _("Categories go %(most)s levels deep at most.", most=MOST_LEVELS))
    beside = [one for one in nodes.values() if one.parent_id == values.parent_id and one.id != category_id]
    if any(text[0].casefold() == values.name.casefold() for one in beside for text in one.names.values()):
        raise KbProblem("name", _("There is a category of this name at this place already."))
    if category_id is None and len(nodes) >= shelf.MOST_CATEGORIES:
        raise KbProblem(
            "name", _("There are %(most)s categories already; that is the limit.", most=shelf.MOST_CATEGORIES)
        )


def move(actor: Actor, category_id: int, step: int) -> None:
    """Move a category before (-1) or behind (1) its neighbour; at the end it stays where it is."""
    allow(actor)

    def work(session: Session) -> None:
        nodes = shelf.read().nodes
        node = nodes.get(category_id)
        beside = [one for one in nodes.values() if node is not None and one.parent_id == node.parent_id]
        place = next((place for place, one in enumerate(beside) if one is node), 0)
        if node is None or not 0 <= place + step < len(beside):
            return
        beside.insert(place + step, beside.pop(place))
        order = {one.id: place for place, one in enumerate(beside, start=1)}
        session.execute(update(Category).where(Category.id.in_(order)).values(position=case(order, value=Category.id)))
        log.changed(session, actor, "category", node.name, {"place": (place + 1, place + 1 + step)})

    transact(work)


def remove(actor: Actor, category_id: int) -> None:
    """Delete a category that holds no article; those below it move up.

    Raises:
        Forbidden: the actor may not. KbProblem: it holds articles.
    """
    allow(actor)

    def work(session: Session) -> None:
        row = session.get(Category, category_id)
        if row is None:
            return
        held = session.scalar(select(func.count()).select_from(Article).where(Article.category_id == category_id))
        if held:
            raise KbProblem("name", _("It still holds articles. Move them to another category first."))
        moved = update(Category).where(Category.parent_id == category_id).values(parent_id=row.parent_id)
        session.execute(moved)
        session.execute(delete(Category).where(Category.id == category_id))
        log.changed(session, actor, "category", row.name, {}, act="deleted", level="warning")

    transact(work)
