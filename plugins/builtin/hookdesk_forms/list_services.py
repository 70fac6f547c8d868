"""Lists and their items are written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, log, transact
from hookdesk_forms.kinds.lists import MOST_ITEMS
from hookdesk_forms.listing_in import NewItem
from hookdesk_forms.models import ChoiceList, Field, Item
from hookdesk_forms.services import FormProblem, apply, held

MOST_LISTS, MOST_PROPERTIES = 500, 20


@dataclass(frozen=True, slots=True)
class ListValues:
    """What an admin states about a list. `sort` is "name" or "position"."""

    name: str
    sort: str = "name"
    notes: str = ""
    properties: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ItemValues:
    """What an admin states about an item."""

    name: str
    abbreviation: str = ""
    position: int = 0
    is_active: bool = True
    properties: Mapping[str, str] = field(default_factory=dict)


def save_list(actor: Actor, values: ListValues, list_id: int | None = None) -> int:
    """Store a new list, or change one; its id.

    Raises:
        FormProblem: its name is taken, or there are too many. LookupError: there is no list with that id.
    """

    def work(session: Session) -> int:
        taken = select(ChoiceList.id).where(func.lower(ChoiceList.name) == values.name.lower())
        if session.scalar(taken if list_id is None else taken.where(ChoiceList.id != list_id)) is not None:
            raise FormProblem("name", _("There is a list of this name already."))
        if list_id is None and (session.scalar(select(func.count()).select_from(ChoiceList)) or 0) >= MOST_LISTS:
            raise FormProblem("name", _("A site has %(most)s lists at most.", most=MOST_LISTS))
        row = ChoiceList() if list_id is None else held(session, ChoiceList, list_id)
        changes = apply(row, {**asdict(values), "properties": [dict(part) for part in values.properties]})
        session.add(row)
        session.flush()
        if list_id is None or changes:
            log.changed(session, actor, "list", row.name, changes, act="changed" if list_id else "created")
        return int(row.id)

    return transact(work, race=True)


def remove_list(actor: Actor, list_id: int) -> None:
    """Delete a list that no field uses.

    Raises:
        FormProblem: a field does. LookupError: there is no such list.
    """

    def work(session: Session) -> None:
        row = held(session, ChoiceList, list_id)
        user = session.scalar(select(Field.label).where(Field.list_id == list_id).limit(1))
        if user is not None:
            raise FormProblem("name", _("The field %(name)s uses this list, so it cannot be deleted.", name=user))
        log.changed(session, actor, "list", row.name, {}, act="deleted")
        session.delete(row)

    transact(work)


def save_item(actor: Actor, list_id: int, values: ItemValues, item_id: int | None = None) -> int:
    """Store a new item, or change one; its id.

    Raises:
        FormProblem: its name is taken, or the list is full. LookupError: there is no such list or item.
    """

    def work(session: Session) -> int:
        parent = held(session, ChoiceList, list_id)
        same = select(Item.id).where(Item.list_id == list_id, func.lower(Item.name) == values.name.lower())
        if session.scalar(same if item_id is None else same.where(Item.id != item_id)) is not None:
            raise FormProblem("name", _("This item is in the list already."))
        given = {**asdict(values), "properties": dict(values.properties)}
        row = Item(list_id=list_id) if item_id is None else held(session, Item, item_id)
        if item_id is None:
            _make_room(session, list_id, 1)
            given["position"] = values.position or _last(session, list_id) + 1
        changes = apply(row, given)
        session.add(row)
        session.flush()
        if item_id is None or changes:
            act = "changed" if item_id else "created"
            log.changed(session, actor, "list item", f"{row.name} ({parent.name})", changes, act=act)
        return int(row.id)

    return transact(work, race=True)


def take_in(actor: Actor, list_id: int, given: Sequence[NewItem]) -> tuple[int, int]:
    """Add items to a list, and change those of the same name; how many are new and how many changed. All or nothing.

    Raises:
        FormProblem: the list would be too long. LookupError: there is no such list.
    """

    def work(session: Session) -> tuple[int, int]:
        parent = held(session, ChoiceList, list_id)
        known = {item.name.casefold(): item for item in session.scalars(select(Item).where(Item.list_id == list_id))}
        new = [item for item in given if item.name.casefold() not in known]
        _make_room(session, list_id, len(new))
        first = _last(session, list_id) + 1
        for place, item in enumerate(new, first):
            session.add(Item(list_id=list_id, position=place, is_active=True, **asdict(item)))
        changed = sum(_bring_up_to_date(known[item.name.casefold()], item) for item in given if item not in new)
        if new or changed:
            words = f"{actor.name} took in {len(new)} new and {changed} changed items of the list {parent.name}"
            log.changed(
                session, actor, "list", parent.name, {"items": (len(known), len(known) + len(new))}, words=words
            )
        return len(new), changed

    return transact(work, race=True)


def _bring_up_to_date(row: Item, given: NewItem) -> bool:
    """Set what a line says of an item that is there; whether that changed anything."""
    wanted = {
        "name": given.name,
        "abbreviation": given.abbreviation or row.abbreviation,
        "properties": {**row.properties, **given.properties},
        "is_active": True,
    }
    return bool(apply(row, wanted))


def _make_room(session: Session, list_id: int, count: int) -> None:
    """Hold a list to what it can hold."""
    present = session.scalar(select(func.count()).where(Item.list_id == list_id)) or 0
    if present + count > MOST_ITEMS:
        told = _("A list holds %(most)s items; this one has %(count)s.", most=f"{MOST_ITEMS:,}", count=f"{present:,}")
        raise FormProblem("name", told)


def _last(session: Session, list_id: int) -> int:
    """The place of the last item."""
    return int(session.scalar(select(func.max(Item.position)).where(Item.list_id == list_id)) or 0)


def remove_item(actor: Actor, item_id: int, is_used: bool) -> None:
    """Delete an item that was never chosen.

    Raises:
        FormProblem: it was. LookupError: there is no such item.
    """

    def work(session: Session) -> None:
        row: Any = held(session, Item, item_id)
        if is_used:
            raise FormProblem("name", _("It has been chosen somewhere. Switch it off instead."))
        log.changed(session, actor, "list item", row.name, {}, act="deleted")
        session.delete(row)

    transact(work)
