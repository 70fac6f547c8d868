"""Lists to choose from: filled by hand or from a file, up to 5,000 items, chosen by name."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from hookdesk.api import reading, system
from hookdesk.testing import Client
from hookdesk_forms import catalogue, list_services, listing_in
from hookdesk_forms.kinds import FieldProblem, Spec, all_kinds
from hookdesk_forms.list_services import ListValues
from hookdesk_forms.listing_in import NewItem
from hookdesk_forms.models import Item, Value

Make = Callable[..., int]
pytestmark = pytest.mark.plugins("forms", "portal")
OPEN = {"name": "Grace", "email": "grace@example.org", "subject": "Broken", "message": "Help"}
PRICE = [{"key": "price", "label": "Price"}]


@pytest.fixture
def products(hookdesk_app: Flask) -> int:
    """A list with three items."""
    with hookdesk_app.app_context():
        list_id = list_services.save_list(system(), ListValues("Products", properties=PRICE))
        list_services.take_in(
            system(), list_id, [NewItem("Bell", "BL"), NewItem("Saddle", "SD"), NewItem("Ölkännchen")]
        )
    return list_id


def names(app: Flask, list_id: int) -> dict[str, str]:
    with app.app_context():
        return {item.name: item.abbreviation for item in reading().scalars(select(Item).where(Item.list_id == list_id))}


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Bell\n\nSaddle", [("Bell", ""), ("Saddle", "")]),
        ("Bell;BL\nSaddle;SD", [("Bell", "BL"), ("Saddle", "SD")]),
        ('\ufeffvalue,abbreviation,Price\n"Bell, large",BL,9.90', [("Bell, large", "BL")]),
        ("Bell\tBL\r\nSaddle\tSD\r\n", [("Bell", "BL"), ("Saddle", "SD")]),
    ],
)
def test_items_are_read_from_lines_and_from_csv(hookdesk_app: Flask, text: str, items: list[tuple[str, str]]) -> None:
    with hookdesk_app.app_context():
        found = listing_in.read(text, PRICE)
    assert [(item.name, item.abbreviation) for item in found] == items
    assert [item.properties for item in found if item.properties] == ([{"price": "9.90"}] if "Price" in text else [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" \n ", "at least one item"),
        ("Bell\nSaddle\nbell", "Line 3: bell is in line 1 already"),
        ("Bell\n" + "x" * 201, "Line 2 is too long"),
        ("Bell,BL\n,SD", "Line 2 has no name"),
        ("\n".join(map(str, range(5001))), "5,001 items; a list holds 5,000"),
    ],
)
def test_one_bad_line_stores_none(panel: Client, hookdesk_app: Flask, products: int, text: str, words: str) -> None:
    before = names(hookdesk_app, products)
    page = f"/admin/forms/lists/{products}"
    answer = panel.submit(page, {"text": text}, to=f"{page}/import")
    assert (answer.status_code, words in answer.text) == (422, True)
    assert names(hookdesk_app, products) == before


def test_a_file_adds_items_and_brings_others_up_to_date(panel: Client, hookdesk_app: Flask, products: int) -> None:
    page = f"/admin/forms/lists/{products}"
    content = "value;abbreviation;price\nBELL;B;9.90\nPump;PU;=1+1\n".encode("cp1252")
    answer = panel.submit(page, {"text": "", "file": (io.BytesIO(content), "items.csv")}, to=f"{page}/import")
    assert "1 new item, 1 changed." in answer.text
    assert names(hookdesk_app, products) == {"BELL": "B", "Saddle": "SD", "Ölkännchen": "", "Pump": "PU"}
    told = panel.get(f"{page}/items.csv").text
    assert "BELL,B,9.90" in told
    assert "Pump,PU,'=1+1" in told, "a spreadsheet must not calculate it"
    panel.submit(page, {"text": "+49,DE"}, to=f"{page}/import")
    again = panel.submit(page, {"text": panel.get(f"{page}/items.csv").text}, to=f"{page}/import")
    assert "0 new items, 0 changed." in again.text, "what went out comes back as it was"


def test_five_thousand_items_are_searched_and_not_shown(
    hookdesk_app: Flask, hookdesk_client: Client, products: int, make_form: Make, make_field: Make
) -> None:
    with hookdesk_app.app_context():
        many = [NewItem(f"Part {number:04}") for number in range(4997)]
        list_services.take_in(system(), products, many)
        with pytest.raises(ValueError, match="holds 5,000"):
            list_services.take_in(system(), products, [NewItem("One more")])
    field_id = make_field(make_form(), "Part", "list", list_id=products)
    page = hookdesk_client.get("/open").text
    assert "Part 0001" not in page
    assert f"/forms/items/{field_id}" in page
    found = hookdesk_client.get(f"/forms/items/{field_id}?q=part 12").json
    assert found[:2] == ["Part 1200", "Part 1201"]
    assert len(found) == 20
    wrong = hookdesk_client.submit("/open", {**OPEN, "field-part": "Part 9999"})
    assert (wrong.status_code, "Did you mean Part 0000" in wrong.text) == (422, True)
    assert 'value="Part 9999"' in wrong.text
    sent = hookdesk_client.submit("/open", {**OPEN, "field-part": "part 1234"}, follow=False)
    assert sent.status_code == 303


def test_a_list_that_is_not_for_requesters_is_not_told_to_them(
    hookdesk_client: Client, products: int, make_form: Make, make_field: Make
) -> None:
    field_id = make_field(make_form(), "Part", "list", list_id=products, requester="shown")
    assert hookdesk_client.get(f"/forms/items/{field_id}?q=b").status_code == 404
    assert hookdesk_client.get("/forms/items/99?q=b").status_code == 404


def test_a_stranger_is_told_no_list_of_which_no_form_asks_them(
    hookdesk_client: Client, products: int, make_form: Make, make_field: Make
) -> None:
    """Requesters may fill a new field in unless somebody says otherwise; that alone makes its list no public one."""
    asked = make_field(make_form("Asked"), "Part", "list", list_id=products)
    away = [
        make_field(make_form("Off", is_active=False), "Part off", "list", list_id=products),
        make_field(make_form("Of agents' topics", is_for_all=False), "Part inside", "list", list_id=products),
        make_field(make_form("Contract", about="organization"), "Part sold", "list", list_id=products),
    ]
    answers = [hookdesk_client.get(f"/forms/items/{field_id}?q=b").status_code for field_id in (asked, *away)]
    assert answers == [200, 404, 404, 404]


def test_an_item_is_chosen_by_id_name_or_abbreviation_and_stays_when_it_is_switched_off(
    panel: Client, hookdesk_app: Flask, products: int, make_form: Make, make_field: Make
) -> None:
    field_id = make_field(make_form(), "Part", "list", list_id=products)
    with hookdesk_app.test_request_context("/"):
        spec = catalogue.field_by_id(field_id)
        assert isinstance(spec, Spec)
        kind = all_kinds()["list"]
        bell = reading().scalar(select(Item.id).where(Item.name == "Bell"))
        assert {kind.accept(spec, given) for given in (str(bell), "bell", "BL", " Bell ")} == {(str(bell),)}
        assert kind.words(spec, kind.accept(spec, "ÖLKÄNNCHEN")) == "Ölkännchen"
        with pytest.raises(FieldProblem):
            kind.accept(spec, "99999999999999999999")
    panel.submit(f"/admin/forms/items/{bell}", {"name": "Bell", "abbreviation": "BL", "property-price": "9"})
    with hookdesk_app.test_request_context("/"):
        assert kind.words(spec, (str(bell),)) == "Bell"
        with pytest.raises(FieldProblem):
            kind.accept(spec, "Bell")
        assert reading().scalar(select(Item.properties).where(Item.id == bell)) == {"price": "9"}


def test_items_whose_names_are_numbers_are_not_taken_for_the_ids_of_others(
    hookdesk_app: Flask, hookdesk_client: Client, make_form: Make, make_field: Make
) -> None:
    with hookdesk_app.app_context():
        list_id = list_services.save_list(system(), ListValues("Floors", sort="position"))
        list_services.take_in(system(), list_id, [NewItem(name) for name in ("3", "2", "1")])
        ids = {item.name: str(item.id) for item in reading().scalars(select(Item).where(Item.list_id == list_id))}
    assert ids["3"] != "3", "this is about a name that is the id of another item"
    make_field(make_form(), "Floor", "list", list_id=list_id)
    sent = hookdesk_client.submit("/open", {**OPEN, "field-floor": ids["3"]}, follow=False)
    assert sent.status_code == 303
    with hookdesk_app.app_context():
        assert reading().scalars(select(Value.text)).all() == [ids["3"]]
        spec = catalogue.fields_of("ticket")["floor"]
        assert all_kinds()["list"].accept(spec, "3") == (ids["3"],), "programs and rules say what people read"


def test_what_is_used_cannot_be_deleted(
    panel: Client,
    hookdesk_app: Flask,
    products: int,
    make_form: Make,
    make_field: Make,
    make_ticket: Callable[..., object],
) -> None:
    make_field(make_form(), "Part", "list", key="part", list_id=products)
    make_ticket(channel="api", fields={"part": "Bell"})
    page = f"/admin/forms/lists/{products}"
    assert "uses this list" in panel.submit(page, to=f"{page}/delete").text
    with hookdesk_app.app_context():
        bell, saddle = (reading().scalar(select(Item.id).where(Item.name == name)) for name in ("Bell", "Saddle"))
    assert (
        "Switch it off instead"
        in panel.submit(f"/admin/forms/items/{bell}", to=f"/admin/forms/items/{bell}/delete").text
    )
    panel.submit(f"/admin/forms/items/{saddle}", to=f"/admin/forms/items/{saddle}/delete")
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).select_from(Item)) == 2
    taken = panel.submit("/admin/forms/lists/new", {"name": "products", "sort": "name"})
    assert (taken.status_code, "of this name already" in taken.text) == (422, True)


def test_a_field_that_chooses_from_a_list_is_made_in_the_panel(
    panel: Client, hookdesk_app: Flask, products: int, make_form: Make
) -> None:
    page = f"/admin/forms/{make_form()}/fields/new?kind=list"
    given = {"label": "Part", "key": "part", "requester": "open", "agent": "open", "option_look": "menu"}
    refused = panel.submit(page, {**given, "option_list_id": ""})
    assert (refused.status_code, "Choose a list." in refused.text) == (422, True)
    assert "The field Part is saved." in panel.submit(page, {**given, "option_list_id": str(products)}).text
    with hookdesk_app.app_context():
        assert catalogue.fields_of("ticket")["part"].list_id == products
