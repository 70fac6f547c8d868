"""Forms and fields in the admin panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, FilteringHooks, SystemLog, reading, site, system
from hookdesk.testing import Client
from hookdesk_forms import catalogue
from hookdesk_forms.kinds import OWN
from hookdesk_forms.models import Field, Form

Make = Callable[..., int]
pytestmark = pytest.mark.plugins("forms", "topics", "admin")
FORM = {"title": "Device", "about": "ticket", "intro": "", "is_active": "y", "notes": ""}
FIELD = {"label": "Serial number", "key": "", "hint": "", "requester": "open", "agent": "open"}


def test_a_form_is_made_filled_with_fields_and_put_on_a_topic(panel: Client, hookdesk_app: Flask) -> None:
    assert "No form yet" in panel.get("/admin/forms").text
    assert "The form Device is saved." in panel.submit("/admin/forms/new", FORM).text
    new = "/admin/forms/1/fields/new?kind="
    assert "The field Serial number is saved." in panel.submit(f"{new}text", {**FIELD, "option_most": "8"}).text
    lines = {"option_lines": "win: Windows\nmac: macOS", "option_look": "menu", "default": "mac"}
    panel.submit(f"{new}choice", {**FIELD, "label": "System", "requester": "required", **lines})
    with hookdesk_app.app_context():
        serial, choice = catalogue.form_fields(1)
        ref = site().hooks.collect(FilteringHooks.topic_choices, actor=system())[0].ref
    assert (serial.key, serial.options) == ("serial_number", {"most": 8})
    assert (choice.requester, choice.options["default"]) == ("required", "mac")
    topic = f"/admin/topics/{ref.partition(':')[2]}"
    assert "Serial number" in panel.get(topic).text
    panel.submit(
        topic, {"form": "1", "seen": "1", "on": str(choice.id), "place-1": "1"}, to=f"/admin/forms/topics/{ref}"
    )
    with hookdesk_app.app_context():
        assert [[spec.key for spec in form.fields] for form in catalogue.forms_of("ticket", ref)] == [["system"]]
        assert catalogue.forms_of("ticket") == []
    assert "With 1 topic" in panel.get("/admin/forms").text
    panel.submit("/admin/forms/1", to=f"/admin/forms/fields/{choice.id}/up")
    with hookdesk_app.app_context():
        assert [spec.key for spec in catalogue.form_fields(1)] == ["system", "serial_number"]
        told = list(
            reading().scalars(select(SystemLog.message).where(SystemLog.source.in_(("form", "field", "topic"))))
        )
    assert [line for line in told if line.startswith("Root")] == [
        "Root created the form Device",
        "Root created the field Serial number",
        "Root created the field System",
        "Root changed the topic Something does not work: forms, fields left out",
        "Root changed the field System: position",
    ]


def test_a_renamed_field_keeps_its_name_for_rules(
    panel: Client, hookdesk_app: Flask, make_form: Make, make_field: Make
) -> None:
    field_id = make_field(make_form(), "Serial number")
    panel.submit(f"/admin/forms/fields/{field_id}", {**FIELD, "label": "Number on the back", "key": "other"})
    with hookdesk_app.app_context():
        spec = catalogue.field_by_id(field_id)
        assert spec is not None
        assert (spec.key, spec.label) == ("serial_number", "Number on the back")


@pytest.mark.parametrize("kind", [kind.name for kind in OWN])
def test_each_kind_of_field_has_its_page(panel: Client, make_form: Make, kind: str) -> None:
    page = panel.get(f"/admin/forms/{make_form()}/fields/new?kind={kind}")
    assert page.status_code == 200
    assert 'name="label"' in page.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": " \x00 "}, "Give the field a label."),
        ({"label": "x" * 201}, "at most 200"),
        ({"key": "9lives"}, "Use a letter"),
        ({"key": "subject"}, "taken"),
        ({"key": "used"}, "taken"),
        ({"requester": "owner"}, "Not a valid choice"),
        ({"option_most": "-1"}, "from 0 to 500"),
        ({"option_most": "9" * 40}, "from 0 to 500"),
        ({"option_must_be": "pattern", "option_pattern": "("}, "no pattern that can be used"),
        ({"option_least": "4", "default": "abc"}, "at least 4"),
        ({"shown_if": "{"}, "no JSON"),
        ({"shown_if": '{"version": 1, "mode": "all", "parts": [{"field": "status", "operator": "is", "value": 1}]}'}, "no field"),
    ],
)  # fmt: skip
def test_bad_input_is_told_and_nothing_is_stored(
    panel: Client, hookdesk_app: Flask, make_form: Make, make_field: Make, changes: dict[str, str], words: str
) -> None:
    form_id = make_form()
    make_field(form_id, "Used", key="used")
    page = panel.submit(f"/admin/forms/{form_id}/fields/new?kind=text", {**FIELD, "hint": "Kept words", **changes})
    assert page.status_code == 422
    assert words in page.text
    assert "Kept words" in page.text
    with hookdesk_app.app_context():
        assert len(catalogue.form_fields(form_id)) == 1


def test_garbage_in_addresses_is_no_page(panel: Client, make_form: Make) -> None:
    form_id = make_form()
    for path in (
        "/admin/forms/99", f"/admin/forms/{10**30}", f"/admin/forms/{form_id}/fields/new?kind=nonsense", "/admin/forms/fields/99",
        f"/admin/forms/fields/{10**30}", "/admin/forms/lists/99", f"/admin/forms/items/{10**30}", "/agent/forms/users/99",
    ):  # fmt: skip
        assert panel.get(path).status_code == 404, path
    made = panel.submit("/admin/forms/new", {}, to="/admin/forms/topics/nowhere:1")
    assert made.status_code == 404


def test_what_was_filled_in_is_archived_and_not_deleted(
    panel: Client, hookdesk_app: Flask, make_form: Make, make_field: Make, make_ticket: Callable[..., object]
) -> None:
    form_id = make_form()
    field_id, unused = make_field(form_id, "Note", "long_text"), make_field(form_id, "Unused")
    make_ticket(channel="api", fields={"note": "words"})
    page = f"/admin/forms/fields/{field_id}"
    assert "Archive it instead" in panel.submit(page, to=f"{page}/delete").text
    assert "Switch it off instead" in panel.submit(f"/admin/forms/{form_id}", to=f"/admin/forms/{form_id}/delete").text
    panel.submit(page, to=f"{page}/archive")
    assert "Archived" in panel.get(f"/admin/forms/{form_id}").text
    panel.submit(page, to=f"{page}/restore")
    panel.submit(page, to=f"/admin/forms/fields/{unused}/delete")
    with hookdesk_app.app_context():
        assert [spec.key for spec in catalogue.form_fields(form_id)] == ["note"]
        assert reading().scalar(select(Field.archived_at)) is None
        assert reading().scalar(select(Form.id)) == form_id


@pytest.mark.parametrize("path", ["/admin/forms", "/admin/forms/new", "/admin/forms/1", "/admin/forms/lists"])
def test_only_administrators_come_here(hookdesk_client: Client, make_agent: Callable[..., Actor], path: str) -> None:
    assert hookdesk_client.get(path).location == "/agent/login"
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get(path).status_code == 403
