"""Lists in the admin panel: made, filled by hand or from a file, changed."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, or_, select
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, current_actor, id_argument, no_formula, reading
from hookdesk_forms import list_services, listing_in
from hookdesk_forms.forms import ImportForm, ItemForm, ListForm
from hookdesk_forms.kinds.lists import MOST_ITEMS
from hookdesk_forms.list_services import ItemValues, ListValues
from hookdesk_forms.models import ChoiceList, Field, Item, Value
from hookdesk_forms.services import FormProblem
from hookdesk_forms.views.blueprint import bp

PAGE = 100


@bp.get("/admin/forms/lists")
@admin
def lists() -> str:
    """All lists, with how long they are and which fields use them."""
    items = select(func.count()).where(Item.list_id == ChoiceList.id).scalar_subquery()
    users = select(func.count()).where(Field.list_id == ChoiceList.id).scalar_subquery()
    asked = select(ChoiceList.id, ChoiceList.name, items.label("items"), users.label("users"))
    rows = reading().all(asked.order_by(ChoiceList.name).limit(list_services.MOST_LISTS))
    return render_template("forms/lists.html", rows=rows)


@bp.route("/admin/forms/lists/new", methods=["GET", "POST"])
@admin
def list_new() -> str | Response | tuple[str, int]:
    """A new list."""
    return _edit(ListForm(), None)


@bp.route("/admin/forms/lists/<int:list_id>", methods=["GET", "POST"])
@admin
def list_edit(list_id: int) -> str | Response | tuple[str, int]:
    """One list with its items; `?q=` looks for some, `?after=` leads on."""
    row = _found(ChoiceList, list_id)
    lines = "\n".join(f"{part['key']}: {part['label']}" for part in row.properties)
    return _edit(ListForm(data={"name": row.name, "sort": row.sort, "notes": row.notes, "properties": lines}), row)


def _found(model: Any, row_id: int) -> Any:
    """The row of that id, or the page that says there is none."""
    row = reading().scalars(select(model).where(model.id == row_id)).first() if row_id < 2**63 else None
    if row is None:
        raise NotFound("no such row")
    return row


def _edit(form: ListForm, row: Any) -> str | Response | tuple[str, int]:
    """Show the form, or store what it holds."""
    if form.validate_on_submit():
        try:
            values = ListValues(form.name.data or "", form.sort.data, form.notes.data or "", _properties(form))
            list_id = list_services.save_list(current_actor(), values, row.id if row else None)
        except FormProblem as problem:
            form[problem.field].errors = (str(problem),)
        else:
            flash(_("The list %(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("forms.list_edit", list_id=list_id))
    shown = _items(row) if row else {}
    page = render_template("forms/list.html", form=form, row=row, importing=ImportForm(formdata=None), **shown)
    return (page, 422) if form.errors else page


def _properties(form: ListForm) -> list[dict[str, str]]:
    """The lines of what each item says besides.

    Raises:
        FormProblem: there are too many.
    """
    found: list[dict[str, str]] = []
    for line in filter(None, map(str.strip, (form.properties.data or "").splitlines())):
        key, colon, label = (part.strip() for part in line.partition(":"))
        plain = re.sub(r"[^a-z0-9]+", "_", key.lower())[:32].strip("_") or f"property_{len(found) + 1}"
        found.append({"key": plain, "label": (label if colon and label else key)[:100]})
    if len(found) > list_services.MOST_PROPERTIES or len({part["key"] for part in found}) < len(found):
        told = _("Use at most %(most)s lines, each with a name of its own.", most=list_services.MOST_PROPERTIES)
        raise FormProblem("properties", told)
    return found


def _items(row: Any) -> dict[str, Any]:
    """A page of a list's items."""
    text, start = request.args.get("q", "").strip()[:200], min(id_argument("after") or 0, MOST_ITEMS)
    asked = select(Item.id, Item.name, Item.abbreviation, Item.position, Item.is_active).where(Item.list_id == row.id)
    if text:
        named = (Item.name.icontains(text, autoescape=True), Item.abbreviation.icontains(text, autoescape=True))
        asked = asked.where(or_(*named))
    order = (Item.name,) if row.sort == "name" else (Item.position, Item.name)
    found = reading().all(asked.order_by(*order, Item.id).offset(start).limit(PAGE + 1))
    total = reading().scalar(select(func.count()).where(Item.list_id == row.id))
    more = start + PAGE if len(found) > PAGE else None
    return {
        "items": found[:PAGE],
        "q": text,
        "total": total,
        "after": more,
        "before": max(start - PAGE, 0) if start else None,
    }


@bp.post("/admin/forms/lists/<int:list_id>/delete")
@admin
def list_delete(list_id: int) -> Response:
    """Delete a list that no field uses."""
    row = _found(ChoiceList, list_id)
    try:
        list_services.remove_list(current_actor(), list_id)
    except FormProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("forms.list_edit", list_id=list_id))
    flash(_("The list %(name)s is deleted.", name=row.name))
    return redirect(url_for("forms.lists"))


@bp.post("/admin/forms/lists/<int:list_id>/import")
@admin
def list_import(list_id: int) -> str | Response | tuple[str, int]:
    """Take items in from a text or a file: all of them or none."""
    row, form = _found(ChoiceList, list_id), ImportForm()
    form.validate()
    try:
        given = listing_in.read(_sent(form), row.properties)
        new, changed = list_services.take_in(current_actor(), list_id, given)
    except (listing_in.UnreadableItems, FormProblem) as problem:
        form.text.errors = (str(problem),)
        page = render_template("forms/list.html", form=_plain(row), row=row, importing=form, **_items(row))
        return page, 422
    told = ngettext("%(num)d new item", "%(num)d new items", new)
    flash(_("%(new)s, %(changed)s changed.", new=told, changed=changed), "success")
    return redirect(url_for("forms.list_edit", list_id=list_id))


def _plain(row: Any) -> ListForm:
    """The list's own form as it is stored."""
    lines = "\n".join(f"{part['key']}: {part['label']}" for part in row.properties)
    data = {"name": row.name, "sort": row.sort, "notes": row.notes, "properties": lines}
    return ListForm(formdata=None, data=data)


def _sent(form: ImportForm) -> str:
    """The text that was pasted, else what the file holds."""
    if form.text.data and form.text.data.strip():
        return str(form.text.data)
    if not form.file.data:
        return ""
    content: bytes = form.file.data.read(listing_in.MOST_BYTES + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


@bp.get("/admin/forms/lists/<int:list_id>/items.csv")
@admin
def list_export(list_id: int) -> FlaskResponse:
    """The items as a file that can be taken in again."""
    row = _found(ChoiceList, list_id)
    out = io.StringIO()
    writer = csv.writer(out)
    keys = [part["key"] for part in row.properties]
    writer.writerow(["value", "abbreviation", *keys])
    for item in reading().scalars(
        select(Item).where(Item.list_id == list_id).order_by(Item.position).limit(MOST_ITEMS)
    ):
        cells = [item.name, item.abbreviation, *(item.properties.get(key, "") for key in keys)]
        writer.writerow(list(map(no_formula, cells)))
    response = FlaskResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{row.name}.csv")
    return response


@bp.route("/admin/forms/lists/<int:list_id>/items/new", methods=["GET", "POST"])
@admin
def item_new(list_id: int) -> str | Response | tuple[str, int]:
    """A new item."""
    return _edit_item(ItemForm(), _found(ChoiceList, list_id), None)


@bp.route("/admin/forms/items/<int:item_id>", methods=["GET", "POST"])
@admin
def item_edit(item_id: int) -> str | Response | tuple[str, int]:
    """Change an item."""
    item = _found(Item, item_id)
    names = ("name", "abbreviation", "position", "is_active")
    form = ItemForm(data={name: getattr(item, name) for name in names})
    return _edit_item(form, _found(ChoiceList, item.list_id), item)


def _edit_item(form: ItemForm, row: Any, item: Any) -> str | Response | tuple[str, int]:
    """Show the form, or store what it holds; what the list asks for besides is sent as `property-<key>`."""
    given = {part["key"]: request.form.get(f"property-{part['key']}", "").strip()[:500] for part in row.properties}
    properties = given if request.method == "POST" else (item.properties if item else {})
    if form.validate_on_submit():
        values = ItemValues(
            form.name.data or "",
            form.abbreviation.data or "",
            form.position.data or 0,
            form.is_active.data,
            {key: value for key, value in given.items() if value},
        )
        try:
            list_services.save_item(current_actor(), row.id, values, item.id if item else None)
        except FormProblem as problem:
            form[problem.field].errors = (str(problem),)
        else:
            flash(_("The item %(name)s is saved.", name=values.name), "success")
            return redirect(url_for("forms.list_edit", list_id=row.id))
    page = render_template(
        "forms/item.html", form=form, row=row, item=item, properties=properties, is_used=_is_used(item)
    )
    return (page, 422) if form.errors else page


def _is_used(item: Any) -> bool:
    """True if an item was chosen somewhere."""
    if item is None:
        return False
    fields = select(Field.id).where(Field.list_id == item.list_id)
    chosen = select(Value.id).where(Value.field_id.in_(fields), Value.text == str(item.id)).limit(1)
    return reading().scalar(chosen) is not None


@bp.post("/admin/forms/items/<int:item_id>/delete")
@admin
def item_delete(item_id: int) -> Response:
    """Delete an item that was never chosen."""
    item = _found(Item, item_id)
    try:
        list_services.remove_item(current_actor(), item_id, _is_used(item))
    except FormProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("forms.item_edit", item_id=item_id))
    flash(_("The item %(name)s is deleted.", name=item.name))
    return redirect(url_for("forms.list_edit", list_id=item.list_id))
