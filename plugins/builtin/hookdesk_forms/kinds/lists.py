"""A choice from a list that is kept apart from the field, of up to 5,000 items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from wtforms import BooleanField, StringField
from wtforms.validators import Length

from hookdesk.api import clean_line, current_actor, reading
from hookdesk_forms.kinds.base import FieldProblem, Pairs, Spec, menu, text_of
from hookdesk_forms.kinds.choices import Chosen, look
from hookdesk_forms.models import ChoiceList, Item

MOST_ITEMS = 5000
MOST_SHOWN = 200
"""A longer list is searched instead of shown."""


class ItemId(str):
    """The id of an item, and not the name of another one, which may be the same number."""


class FromList(Chosen):
    """One or several items of a list."""

    name = "list"
    label = _l("Choice from a list")

    def controls(self) -> Mapping[str, Any]:
        """Which list, and how it is offered."""
        lists = reading().all(select(ChoiceList.id, ChoiceList.name).order_by(ChoiceList.name).limit(500))
        return {
            "list_id": menu(_l("List"), [("", _l("Choose …")), *((str(row.id), row.name) for row in lists)]),
            "look": look(),
            "is_multiple": BooleanField(_l("Several can be chosen")),
            "prompt": StringField(_l("Words of the empty choice"), [Length(max=100)], filters=[clean_line]),
        }

    def check(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """There must be a list."""
        return {} if options.get("list_id") else {"list_id": _("Choose a list.")}

    def choices(self, spec: Spec) -> Pairs:
        """Its items that can be chosen, in the list's order."""
        rows = reading().all(_items(spec, Item.id, Item.name).where(Item.is_active))
        return [(str(row.id), row.name) for row in rows]

    def sent(self, spec: Spec, request: Request, stage: str) -> list[Any]:
        """A menu sends ids, a search names."""
        given = super().sent(spec, request, stage)
        return [ItemId(one) for one in given] if len(self.choices(spec)) <= MOST_SHOWN else given

    def handed_on(self, value: Any) -> Any:
        """The id, marked as one."""
        return {"id": str(value)}

    def one(self, spec: Spec, given: Any) -> ItemId | None:
        """The id of an item, given by its name or its abbreviation, or by that."""
        if isinstance(given, Mapping):
            given = ItemId(given.get("id"))
        text = clean_line(text_of(given))
        if not text:
            return None
        found = _find(spec, text, is_id=isinstance(given, ItemId))
        if found is None:
            told = _("%(given)s is not in the list.", given=text[:100])
            near = ", ".join(_nearest(spec, text))
            raise FieldProblem(f"{told} " + _("Did you mean %(names)s?", names=near) if near else told)
        return ItemId(found)

    def typed(self, spec: Spec, value: Any) -> str:
        """The id in a menu, the name where the list is searched."""
        return str(value) if len(self.choices(spec)) <= MOST_SHOWN else self.words(spec, [value])

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """Names, also of items that can be chosen no more."""
        ids = [int(value) for value in values if str(value).isdecimal()]
        known = {str(row.id): row.name for row in reading().all(select(Item.id, Item.name).where(Item.id.in_(ids)))}
        return ", ".join(known.get(str(value)) or str(_("Unavailable")) for value in values)

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """A short list is shown, a long one searched."""
        given = dict(super().context(spec))
        if len(given["choices"]) > MOST_SHOWN:
            address = "forms.agent_items" if current_actor().is_agent else "forms.items"
            given |= {"look": "search", "choices": (), "url": url_for(address, field_id=spec.id)}
        return given


def search(spec: Spec, text: str, most: int = 20) -> list[str]:
    """Names of items that begin with a text, then of those that hold it somewhere."""
    folded, names = text.casefold(), list(reading().scalars(_items(spec, Item.name).where(Item.is_active)))
    first = [name for name in names if name.casefold().startswith(folded)]
    return (first + [name for name in names if folded in name.casefold()[1:] and name not in first[:most]])[:most]


def _find(spec: Spec, text: str, is_id: bool) -> int | None:
    """The item that somebody means; what may be both a name and an id is taken for a name, unless it `is_id`."""
    folded = text.casefold()
    rows = reading().all(_items(spec, Item.id, Item.name, Item.abbreviation).where(Item.is_active))
    by_id = (row.id for row in rows if str(row.id) == text)
    by_name = (row.id for row in rows if folded in (row.name.casefold(), row.abbreviation.casefold()))
    return (None if is_id else next(by_name, None)) or next(by_id, None)


def _nearest(spec: Spec, text: str) -> list[str]:
    """A few names that somebody may have meant."""
    return search(spec, text[:3], 3) if len(text) >= 2 else []


def _items(spec: Spec, *columns: Any) -> Select[Any]:
    """The items of a field's list."""
    order = select(ChoiceList.sort).where(ChoiceList.id == spec.list_id)
    by_name = reading().scalar(order) != "position"
    asked: Select[Any] = select(*columns).where(Item.list_id == spec.list_id)
    return asked.order_by(*((Item.name,) if by_name else (Item.position, Item.name)), Item.id).limit(MOST_ITEMS)
