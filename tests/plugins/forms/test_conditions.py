"""Fields that are asked for only sometimes: decided by the server, whatever the browser shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Ticket, reading, system
from hookdesk.testing import Client
from hookdesk_forms import catalogue, conditions, services, values
from hookdesk_forms.services import FieldValues

Make = Callable[..., int]
pytestmark = pytest.mark.plugins("forms", "portal")
OPEN = {"name": "Grace", "email": "grace@example.org", "subject": "Broken", "message": "Help"}
SYSTEMS = {"lines": "win: Windows\nmac: macOS\nother: Other"}


def when(field: str, operator: str, value: Any = None, mode: str = "all") -> dict[str, Any]:
    return {"version": 1, "mode": mode, "parts": [{"field": field, "operator": operator, "value": value}]}


@pytest.fixture
def chained(make_form: Make, make_field: Make) -> int:
    """Which system; if another one, its name; if that is BeOS, why."""
    form_id = make_form()
    make_field(form_id, "System", "choice", options=SYSTEMS)
    make_field(form_id, "Name", key="its_name", requester="required", shown_if=when("field:system", "is", "other"))
    make_field(form_id, "Why", key="why", shown_if=when("field:its_name", "contains", "beos"))
    return form_id


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, {"system"}),
        ({"field:system": ("win",)}, {"system"}),
        ({"field:system": ("other",)}, {"system", "its_name"}),
        ({"field:system": ("other",), "field:its_name": ("BeOS 5",)}, {"system", "its_name", "why"}),
        ({"field:system": ("win",), "field:its_name": ("BeOS 5",)}, {"system"}),
    ],
)
def test_a_field_that_is_not_asked_for_counts_as_empty_for_others(
    hookdesk_app: Flask, chained: int, given: Mapping[str, tuple[Any, ...]], shown: set[str]
) -> None:
    with hookdesk_app.app_context():
        specs = catalogue.form_fields(chained)
        assert conditions.shown(specs, given) == {f"field:{key}" for key in shown}


def test_two_fields_that_wait_for_each_other_come_to_an_end(
    hookdesk_app: Flask, make_form: Make, make_field: Make
) -> None:
    form_id = make_form()
    make_field(form_id, "Left", shown_if=when("field:right", "is_empty"))
    make_field(form_id, "Right", shown_if=when("field:left", "is_empty"))
    with hookdesk_app.app_context():
        assert (
            conditions.shown(catalogue.form_fields(form_id), {"field:left": ("x",), "field:right": ("y",)}) is not None
        )


def test_what_does_not_apply_is_neither_required_nor_kept(
    hookdesk_app: Flask, hookdesk_client: Client, chained: int
) -> None:
    page = hookdesk_client.get("/open").text
    assert "data-form-when" in page
    hookdesk_client.submit("/open", {**OPEN, "field-system": "win", "field-its_name": "left over"})
    missing = hookdesk_client.submit("/open", {**OPEN, "field-system": "other"})
    assert (missing.status_code, 'href="#field-its_name"' in missing.text) == (422, True)
    with hookdesk_app.app_context():
        ticket_id = reading().scalars(select(Ticket.id)).one()
        assert {one.spec.key: one.words for one in values.answers("ticket", ticket_id)} == {"system": "Windows"}


def test_a_condition_outlives_the_archiving_of_its_field_and_names_what_is_wrong_with_it(
    hookdesk_app: Flask, panel: Client, chained: int
) -> None:
    with hookdesk_app.app_context():
        by_key = {spec.key: spec for spec in catalogue.form_fields(chained)}
    kept = panel.submit(
        f"/admin/forms/fields/{by_key['system'].id}", to=f"/admin/forms/fields/{by_key['system'].id}/delete"
    )
    assert "The field Name depends on it." in kept.text
    panel.submit(f"/admin/forms/fields/{by_key['system'].id}", to=f"/admin/forms/fields/{by_key['system'].id}/archive")
    with hookdesk_app.app_context():
        asked = [spec.key for form in catalogue.forms_of("ticket") for spec in form.fields]
        assert asked == ["its_name", "why"]
        broken = FieldValues("Name", "text", shown_if=when("field:nowhere", "is", "x"))
        services.save_field(system(), chained, broken, by_key["its_name"].id)
        specs = catalogue.form_fields(chained)
        assert "field:its_name" in conditions.shown(specs, {})
    assert "The condition cannot be used any more" in panel.get(f"/admin/forms/fields/{by_key['its_name'].id}").text
