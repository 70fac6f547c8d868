"""The topics' pages of the admin panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, Status, SystemLog, Ticket, WebHooks, organizations, reading, site, system
from hookdesk.testing import Client
from hookdesk_topics import services, tree

pytestmark = pytest.mark.plugins("topics")
FORM = {
    "name": "Parcels", "parent_id": "", "intro": "Have the number at hand.", "department_id": "", "priority_id": "",
    "is_public": "y", "is_active": "y", "answers": "y",
}  # fmt: skip


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an administrator."""
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


def all_topics(app: Flask) -> dict[str, tree.Node]:
    with app.app_context():
        return {node.label: node for node in tree.nodes()}


def test_a_topic_is_made_changed_and_deleted(panel: Client, hookdesk_app: Flask) -> None:
    made = panel.submit("/admin/topics/new", FORM)
    assert "The topic Parcels is saved." in made.text
    node = all_topics(hookdesk_app)["Parcels"]
    assert (node.own.intro, node.answers, node.is_public) == ("Have the number at hand.", True, True)
    page = f"/admin/topics/{node.id}"
    assert 'value="Parcels"' in panel.get(page).text
    panel.submit(page, {**FORM, "name": "Letters", "is_public": ""})
    assert not all_topics(hookdesk_app)["Letters"].own.is_public
    assert "Letters is deleted" in panel.submit(page, to=f"{page}/delete").text
    assert "Letters" not in all_topics(hookdesk_app)
    assert panel.get(page).status_code == 404


def test_the_page_says_where_a_topic_is_used_before_it_goes(
    panel: Client, hookdesk_app: Flask, make_ticket: Callable[..., Ticket]
) -> None:
    node = all_topics(hookdesk_app)["Something does not work"]
    page = panel.get(f"/admin/topics/{node.id}").text
    assert "No ticket has this topic." in page
    assert "The topics below it move up." in page
    for _ in range(2):
        make_ticket(topic=node.ref)
    assert "2 tickets have this topic" in panel.get(f"/admin/topics/{node.id}").text
    with hookdesk_app.app_context():
        assert services.used() == {node.ref: 2}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give the topic a name."),
        ({"name": "   \x00 "}, "Give the topic a name."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "something else"}, "already"),
        ({"intro": "x" * 2001}, "at most 2,000 characters"),
        ({"parent_id": "999999"}, "Not a valid choice"),
        ({"parent_id": "x'; --"}, "nvalid"),
        ({"department_id": "999999"}, "Not a valid choice"),
        ({"priority_id": "🙂"}, "nvalid"),
        ({"status_id": "9" * 40}, "nvalid"),
        ({"assignee_id": "-1"}, "Not a valid choice"),
        ({"team_id": "1 OR 1"}, "nvalid"),
        ({"number_ref": "numbers:99"}, "Not a valid choice"),
        ({"sla_ref": "x"}, "Not a valid choice"),
        ({"thanks": "x" * 5001}, "at most 5,000 characters"),
        ({"notes": "x" * 5001}, "at most 5,000 characters"),
        ({"is_default": "y", "is_active": ""}, "it has to be in use"),
    ],
)
def test_bad_input_is_told_and_the_rest_is_kept(
    panel: Client, hookdesk_app: Flask, changes: dict[str, str], words: str
) -> None:
    before = all_topics(hookdesk_app).keys()
    page = panel.submit("/admin/topics/new", {**FORM, "intro": "Kept words", **changes})
    assert page.status_code == 422
    assert words in page.text
    assert "Kept words" in page.text or "intro" in changes
    assert all_topics(hookdesk_app).keys() == before


def test_script_in_a_topic_is_shown_and_not_run(panel: Client) -> None:
    page = panel.submit(
        "/admin/topics/new", {**FORM, "name": "<script>alert(1)</script>", "intro": "</textarea><script>x"}
    )
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


def test_a_form_without_its_token_changes_nothing(panel: Client, hookdesk_app: Flask) -> None:
    node = all_topics(hookdesk_app)["Something else"]
    assert panel.post(f"/admin/topics/{node.id}/delete").status_code == 400
    assert panel.post("/admin/topics/new", data=FORM).status_code == 400
    assert "Something else" in all_topics(hookdesk_app)


def test_an_empty_list_says_what_to_do(panel: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        for node in reversed(tree.nodes()):
            services.remove(system(), node.id)
    page = panel.get("/admin/topics").text
    assert "No topic yet" in page
    assert "Make the first topic" in page


def test_for_whom_a_topic_is_stands_in_its_form_and_every_change_in_the_log(panel: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        organizations.save_organization(system(), None, organizations.OrganizationData("Initech"))
    panel.submit("/admin/topics/new", {**FORM, "is_restricted": "y", "organizations": " Initech \n\nInitech"})
    node = all_topics(hookdesk_app)["Parcels"]
    page = f"/admin/topics/{node.id}"
    assert ">Initech</textarea>" in panel.get(page).text.replace("\r", "").replace("\n", "")
    assert "Certain organizations only" in panel.get("/admin/topics").text
    wrong = panel.submit(page, {**FORM, "organizations": "Initech\nNowhere"})
    assert (wrong.status_code, "no organization named Nowhere" in wrong.text) == (422, True)
    panel.submit(page, {**FORM, "organizations": ""})
    assert not all_topics(hookdesk_app)["Parcels"].audiences
    panel.submit("/admin/topics", {"listed": ""}, to="/admin/topics/departments")
    assert "checked" not in panel.get("/admin/topics").text
    panel.submit(page, to=f"{page}/delete")
    with hookdesk_app.app_context():
        lines = list(reading().scalars(select(SystemLog.message).where(SystemLog.source == "topic")))
    assert [line for line in lines if "Root" in line] == [
        "Root created the topic Parcels",
        "Root changed the topic Parcels: is_restricted, organizations",
        "Root changed the topic list: departments that the portal leaves out",
        "Root deleted the topic Parcels",
    ]


@pytest.mark.parametrize("path", ["/admin/topics", "/admin/topics/new", "/admin/topics/1"])
def test_only_administrators_come_here(hookdesk_client: Client, make_agent: Callable[..., Actor], path: str) -> None:
    assert hookdesk_client.get(path).location == "/agent/login"
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get(path).status_code == 403


def test_a_topic_is_copied_and_moved(panel: Client, hookdesk_app: Flask) -> None:
    panel.submit("/admin/topics/new", {**FORM, "thanks": "Read on", "notes": "For us", "is_default": "y"})
    node = all_topics(hookdesk_app)["Parcels"]
    copied = panel.get(f"/admin/topics/new?like={node.id}").text
    assert 'value="Parcels (copy)"' in copied
    assert "Read on" in copied
    assert "For us" in copied
    panel.submit("/admin/topics", {"step": "up"}, to=f"/admin/topics/{node.id}/move")
    labels = list(all_topics(hookdesk_app))
    assert labels[-2:] == ["Parcels", "Something else"]
    assert panel.get("/admin/topics/new?like=999999").status_code == 404
    assert panel.get("/admin/topics/new?like=x").status_code in (200, 404)


def test_a_topic_says_what_it_is_used_for(panel: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        status_id = reading().scalar(select(Status.id).where(Status.key == "pending"))
    panel.submit("/admin/topics/new", {**FORM, "status_id": str(status_id)})
    with hookdesk_app.test_request_context():
        used = site().hooks.collect(WebHooks.reference_uses, ref=f"status:{status_id}")
        assert [name for name, _url in used] == ["Parcels"]
        for odd in ("status:", "status:x", "", ":", "sla:1", "topics:" + "9" * 50):
            assert site().hooks.collect(WebHooks.reference_uses, ref=odd) == []
