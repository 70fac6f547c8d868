"""On a help topic's page: which forms go with it, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import FilteringHooks, NotFound, admin, current_actor, reading, site
from hookdesk_forms import catalogue, services
from hookdesk_forms.kinds import Spec
from hookdesk_forms.models import Form, SwitchedOff, TopicForm
from hookdesk_forms.views.blueprint import bp

MOST_PLACES = 200


def context(ref: str) -> dict[str, Any]:
    """What the section shows: each form about tickets with its fields, those that go with the topic first."""
    catalogue.read_anew()
    asked = select(Form.id, Form.title, Form.is_for_all, TopicForm.position.label("place"))
    asked = asked.outerjoin(TopicForm, (TopicForm.form_id == Form.id) & (TopicForm.topic_ref == ref))
    asked = asked.where(Form.about == "ticket", Form.is_active)
    order = (Form.is_for_all.desc(), TopicForm.position.is_(None), TopicForm.position, Form.position, Form.id)
    forms = reading().all(asked.order_by(*order).limit(services.MOST_FORMS))
    off = set(reading().scalars(select(SwitchedOff.field_id).where(SwitchedOff.topic_ref == ref)))
    specs = [spec for spec in catalogue.fields_of("ticket").values() if not spec.is_archived]
    return {"ref": ref, "forms": [(form, _of(form.id, specs)) for form in forms], "off": off}


def _of(form_id: int, specs: Sequence[Spec]) -> list[Spec]:
    """The fields of one form."""
    return [spec for spec in specs if spec.form_id == form_id]


@bp.post("/admin/forms/topics/<ref>")
@admin
def topic(ref: str) -> Response:
    """Store it: `form` are the ids of the forms, `place-<id>` says in which order, `on` are the ids of the fields that are asked for."""
    label = site().hooks.first(FilteringHooks.topic_label, ref=ref)
    if label is None:
        raise NotFound("no such topic")
    chosen = sorted(_numbers("form"), key=lambda form_id: _place(form_id))
    on = set(_numbers("on"))
    off = [spec.id for spec in catalogue.fields_of("ticket").values() if spec.id not in on and not spec.is_archived]
    shown = {spec_id for form in _numbers("seen") for spec_id in (spec.id for spec in catalogue.form_fields(form))}
    services.set_topic(current_actor(), ref, label, chosen, [one for one in off if one in shown])
    flash(_("Saved."), "success")
    return redirect(_page_of(ref))


def _page_of(ref: str) -> str:
    """The topic's page, where the plugin of topics is the one of the box."""
    number = ref.removeprefix("topics:")
    if "topics.edit" in current_app.view_functions and number.isdecimal():
        return url_for("topics.edit", topic_id=int(number), _anchor="forms")
    return url_for("forms.index")


def _numbers(name: str) -> list[int]:
    """Ids that were sent; what is none is passed over."""
    return [int(text) for text in request.form.getlist(name) if text.isascii() and text.isdigit() and len(text) < 19]


def _place(form_id: int) -> int:
    """Where a form is to stand."""
    text = request.form.get(f"place-{form_id}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else MOST_PLACES
