"""The filters' pages of the admin panel."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from tests.plugins.filters.conftest import condition, conditions, does, noticed, rule

from hookdesk.api import Actor, Agent, Priority, Ticket, directory, reading, system, transact
from hookdesk.testing import Client
from hookdesk_filters import cache, dryrun, services
from hookdesk_filters.models import Run, Version

pytestmark = pytest.mark.plugins("filters")
FIRE = condition("subject", "contains", "fire")


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an administrator."""
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


def form(**given: Any) -> dict[str, Any]:
    """The form of a filter."""
    filled = {
        "name": "Fires", "conditions": json.dumps(conditions(FIRE)), "notes": "", "action-0-do": "quiet", **given,
    }  # fmt: skip
    return filled


def names(app: Flask) -> list[str]:
    with app.app_context():
        return [values.name for _id, _version, values in cache.stored(None)]


def high(app: Flask) -> int:
    with app.app_context():
        return int(reading().scalar(select(Priority.id).where(Priority.key == "high")))


def test_a_filter_is_made_changed_switched_moved_and_deleted(panel: Client, hookdesk_app: Flask) -> None:
    assert "No filter yet" in panel.get("/admin/filters").text
    made = panel.submit("/admin/filters/new", form())
    assert "The filter Fires is saved." in made.text
    panel.submit("/admin/filters/new", form(name="Floods"))
    assert names(hookdesk_app) == ["Fires", "Floods"]
    listed = panel.get("/admin/filters").text
    assert "Subject contains “fire”" in listed
    assert "Send no confirmation" in listed
    panel.submit("/admin/filters", {"to": "up"}, to="/admin/filters/2/move")
    assert names(hookdesk_app) == ["Floods", "Fires"]
    panel.submit("/admin/filters", {"enabled": "0"}, to="/admin/filters/1/switch")
    with hookdesk_app.app_context():
        assert [values.name for _id, _version, values in cache.stored()] == ["Floods"]
    changed = panel.submit("/admin/filters/1", form(name="Great fires", version="1", stops="y"))
    assert "The filter Great fires is saved." in changed.text
    gone = panel.submit("/admin/filters/2", to="/admin/filters/2/delete")
    assert "The filter Floods is deleted." in gone.text
    assert names(hookdesk_app) == ["Great fires"]
    assert panel.get("/admin/filters/2").status_code == 404


def test_rows_of_actions_need_no_script(panel: Client, hookdesk_app: Flask) -> None:
    """Added, moved and removed by buttons; what was written stays, and nothing is stored."""
    added = panel.submit("/admin/filters/new", form(act="add", **{"add-action": "priority"})).text
    assert added.index("Send no confirmation</span>") < added.index('name="action-1-do" value="priority"')
    assert 'value="Fires"' in added
    assert "Not saved yet" in added
    two = {"action-1-do": "priority", "action-1-to": str(high(hookdesk_app))}
    moved = panel.submit("/admin/filters/new", form(act="up:1", **two)).text
    assert 'name="action-0-do" value="priority"' in moved
    assert f'<option value="{high(hookdesk_app)}" selected>' in moved
    removed = panel.submit("/admin/filters/new", form(act="remove:0", **two)).text
    assert 'value="quiet"' not in removed.replace('<option value="quiet"', "")
    assert names(hookdesk_app) == []


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": ""}, "Give the filter a name."),
        ({"conditions": "{"}, "they are no JSON"),
        ({"conditions": "[" * 60_000}, "they are no JSON"),
        ({"conditions": json.dumps(conditions(condition("subject", "matches", "(a")))}, "no regular expression of RE2"),
        ({"action-0-do": "department", "action-0-to": "77"}, "choose a value that is there"),
        ({"action-0-do": "fly"}, "There is no action fly."),
        ({"action-0-do": ""}, "Say what the filter does"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_lost(
    panel: Client, hookdesk_app: Flask, sent: dict[str, str], words: str
) -> None:
    answer = panel.submit("/admin/filters/new", form(**{"notes": "Keep these words", **sent}))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Keep these words" in answer.text
    assert names(hookdesk_app) == []


def test_a_filter_whose_field_is_gone_can_be_looked_at_and_mended(
    panel: Client, hookdesk_app: Flask, make_filter: Callable[..., int]
) -> None:
    made = make_filter(rule("Old", FIRE, do=does("quiet")))
    with hookdesk_app.app_context():
        broken = conditions(condition("form.colour", "is", "red"))

        def work(session: Any) -> None:
            session.get(Version, (made, 1)).conditions = broken

        transact(work)
        noticed()
    assert "there is no field" in panel.get("/admin/filters").text
    page = panel.get(f"/admin/filters/{made}").text
    assert "form.colour" in page
    assert "The filter Old is saved." in panel.submit(f"/admin/filters/{made}", form(name="Old", version="1")).text


def test_history_shows_what_changed_and_goes_back(
    panel: Client, hookdesk_app: Flask, make_filter: Callable[..., int]
) -> None:
    made = make_filter(rule("Fires", FIRE, do=does("quiet")))
    panel.submit(f"/admin/filters/{made}", form(version="1", **{"action-0-do": "no_alert"}))
    page = panel.get(f"/admin/filters/{made}/history").text
    assert "<del>Send no confirmation</del><ins>Tell no agent</ins>" in page
    back = panel.submit(f"/admin/filters/{made}/history", to=f"/admin/filters/{made}/versions/1/restore")
    assert "says again what it said in version 1" in back.text
    with hookdesk_app.app_context():
        assert services.version(reading(), made, 3) == services.version(reading(), made, 1)
    assert (
        panel.submit(f"/admin/filters/{made}/history", to=f"/admin/filters/{made}/versions/9/restore").status_code
        == 404
    )


def test_decisions_name_the_tickets(
    panel: Client, make_filter: Callable[..., int], make_ticket: Callable[..., Ticket]
) -> None:
    made = make_filter(rule("Fires", FIRE, do=does("quiet")))
    assert "It has not matched yet" in panel.get(f"/admin/filters/{made}/decisions").text
    ticket = make_ticket(subject="Fire!")
    page = panel.get(f"/admin/filters/{made}/decisions").text
    assert ticket.number in page
    assert "Send no confirmation" in page
    assert "1 in 30 days" in panel.get("/admin/filters").text


def test_a_dry_run_says_what_would_have_changed_and_changes_nothing(
    panel: Client, hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    ticket = make_ticket(subject="Fire!")
    make_ticket(subject="Flood")
    sent = form(act="try", days="30", **{"action-0-do": "priority", "action-0-to": str(high(hookdesk_app))})
    page = panel.submit("/admin/filters/new", sent).text
    assert 'hx-get="/admin/filters/runs/1/panel"' in page
    assert 'hx-trigger="every 1s"' in panel.get("/admin/filters/runs/1/panel").text
    run_jobs(dryrun.JOB)
    shown = panel.get("/admin/filters/runs/1").text
    assert ticket.number in shown
    assert "Priority: Normal" in shown
    assert "every 1s" not in shown
    assert names(hookdesk_app) == []
    with hookdesk_app.app_context():
        run = reading().scalars(select(Run)).one()
        assert (run.state, run.matched, run.changed, run.looked_at) == ("done", 1, 1, 2)


def test_a_dry_run_can_be_cancelled(
    panel: Client, hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: Any
) -> None:
    make_ticket()
    panel.submit("/admin/filters/new", form(act="try"))
    assert "Cancelled after 0 tickets." in panel.submit("/admin/filters/runs/1", to="/admin/filters/runs/1/cancel").text
    assert run_jobs(dryrun.JOB) == 0
    assert panel.get("/admin/filters/runs/7").status_code == 404


def test_a_message_walks_through_all_filters_step_by_step(
    panel: Client, hookdesk_app: Flask, make_filter: Callable[..., int]
) -> None:
    make_filter(rule("Floods", condition("subject", "contains", "water"), do=does("quiet")))
    make_filter(rule("Lists", condition("header", "starts_with", "List-Id:"), do=does("quiet")))
    make_filter(rule("Mails", do=does("quiet"), channels=("email",)))
    make_filter(rule("Fires", FIRE, do=does("priority", to=high(hookdesk_app)), stops=True))
    make_filter(rule("Never asked", do=does("quiet")))
    sent = {"source": "typed", "channel": "portal", "subject": "Fire!", "address": "a@b.example", "topic": ""}
    page = panel.submit("/admin/filters/try", sent).text
    assert "4 of 5 filters were asked" in page
    assert "Subject contains “water”; it is “Fire!”" in page
    assert "Priority: nothing" in page
    assert "Mail header begins with “List-Id:”; it is nothing" in page
    panel.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    german = panel.submit("/admin/filters/try", sent).text
    assert "nicht für diesen Kanal" in german
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.id)) is None


def test_a_ticket_can_be_tried_again(
    panel: Client, make_ticket: Callable[..., Ticket], make_filter: Callable[..., int]
) -> None:
    ticket = make_ticket(subject="Fire!")
    make_filter(rule("Fires", FIRE, do=does("quiet")))
    page = panel.submit("/admin/filters/try", {"source": "ticket", "number": f"#{ticket.number}"}).text
    assert "1 of 1 filters were asked" in page
    assert "There is no ticket" in panel.submit("/admin/filters/try", {"source": "ticket", "number": "9"}).text


def test_an_administrator_sees_of_tickets_what_the_guard_lets_them(
    panel: Client,
    hookdesk_app: Flask,
    make_ticket: Callable[..., Ticket],
    make_filter: Callable[..., int],
    run_jobs: Any,
) -> None:
    """One who sees their own tickets alone learns of no others by trying filters on them."""
    ticket = make_ticket(subject="Flood")
    made = make_filter(rule("Fires", FIRE, do=does("priority", to=high(hookdesk_app))))
    ticket = make_ticket(subject="Fire!")
    panel.submit("/admin/filters/new", form(act="try", **{"action-0-do": "status", "action-0-to": "2"}))
    run_jobs(dryrun.JOB)
    pages = ("/admin/filters/runs/1", "/admin/filters/runs/1/panel", f"/admin/filters/{made}/decisions")
    assert [ticket.number in panel.get(page).text for page in pages] == [True, True, True]
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Agent).values(assigned_only=True)))
    assert [ticket.number in panel.get(page).text for page in pages] == [False, False, False]
    asked = panel.submit("/admin/filters/try", {"source": "ticket", "number": ticket.number}).text
    assert "There is no ticket" in asked


@pytest.mark.parametrize("garbage", ["", "x", "99999999999999999999"])
def test_garbage_beside_the_form_costs_nothing(panel: Client, garbage: str) -> None:
    assert panel.submit("/admin/filters/new", form(act="try", days=garbage)).status_code == 200
    assert panel.submit("/admin/filters/new", form(version=garbage)).status_code == 200


@pytest.mark.plugins("filters", "email_in")
def test_a_mail_can_be_pasted(panel: Client, make_filter: Callable[..., int]) -> None:
    make_filter(rule("Lists", condition("header", "starts_with", "List-Id:"), do=does("quiet")))
    mail = "From: Ada <ada@b.example>\nTo: help@c.example\nSubject: News\nList-Id: <news.b.example>\n\nHello\n"
    page = panel.submit("/admin/filters/try", {"source": "mail", "mail": mail}).text
    assert "matches" in page
    assert "Mail header begins with “List-Id:”" in page


@pytest.mark.parametrize("path", ["", "/new", "/1", "/1/history", "/1/decisions", "/try", "/import", "/export.json"])
def test_the_pages_are_for_administrators(hookdesk_client: Client, make_agent: Callable[..., Actor], path: str) -> None:
    hookdesk_client.sign_in(make_agent("ada"))
    assert hookdesk_client.get(f"/admin/filters{path}").status_code in (403, 404)


def test_which_filters_use_a_department(panel: Client, hookdesk_app: Flask, make_filter: Callable[..., int]) -> None:
    make_filter(rule("Fires", FIRE, do=does("department", to=1)))
    make_filter(rule("Floods", FIRE, do=does("quiet")))
    page = panel.get("/admin/filters?uses=department:1").text
    assert "Fires" in page
    assert "Floods" not in page


def test_a_file_goes_out_and_comes_back(panel: Client, hookdesk_app: Flask, make_filter: Callable[..., int]) -> None:
    make_filter(rule("Fires", FIRE, condition("priority", "is_empty"), do=does("priority", to=high(hookdesk_app))))
    content = panel.get("/admin/filters/export.json").text
    assert '"to": "High"' in content
    content = content.replace('"High"', '"Low"').replace('"fire"', '"smoke"')
    assert "0 filters were added, 1 changed" in panel.submit("/admin/filters/import", {"content": content}).text
    with hookdesk_app.app_context():
        [(_id, version, values)] = cache.stored(None)
        assert version == 2
        assert values.conditions["parts"][0]["value"] == "smoke"
    bad = panel.submit("/admin/filters/import", {"content": content.replace('"Low"', '"Nowhere"')})
    assert bad.status_code == 422
    assert "choose a value that is there" in bad.text


@pytest.mark.plugins("filters", "admin")
@pytest.mark.requires("admin")
def test_a_department_says_which_filters_name_it(panel: Client, make_filter: Callable[..., int]) -> None:
    assert "These filters name it" not in panel.get("/admin/departments/1").text
    make_filter(rule("Fires", FIRE, do=does("department", to=1)))
    page = panel.get("/admin/departments/1").text
    assert "These filters name it" in page
    assert "/admin/filters?uses=department:1" in page


@pytest.mark.plugins("filters", "admin")
@pytest.mark.requires("admin")
def test_a_department_that_filters_name_does_not_go_unseen(
    panel: Client, hookdesk_app: Flask, make_filter: Callable[..., int]
) -> None:
    with hookdesk_app.app_context():
        place = directory.save_department(system("tests"), None, directory.DepartmentData(name="Annex"))
    page = f"/admin/departments/{place}/delete"
    assert "Nothing uses it" in panel.get(page).text
    make_filter(rule("Fires", FIRE, do=does("department", to=place)))
    asked = panel.get(page).text
    assert "Nothing uses it" not in asked
    assert '<li dir="auto">Fires</li>' in asked


@pytest.mark.plugins("filters", "statuses")
@pytest.mark.requires("statuses")
def test_what_filters_name_says_so_before_it_goes(panel: Client, make_filter: Callable[..., int]) -> None:
    assert "Used by:" not in panel.get("/admin/statuses/status/2/delete").text
    make_filter(rule("Fires", FIRE, do=does("status", to=2)))
    page = panel.get("/admin/statuses/status/2/delete").text
    assert "Used by:" in page
    assert ">Fires</a>" in page
    assert "Fires" not in panel.get("/admin/statuses/status/3/delete").text


def test_a_file_has_names_as_they_are_stored_whichever_language_the_administrator_has(
    panel: Client, hookdesk_app: Flask, make_filter: Callable[..., int]
) -> None:
    with hookdesk_app.app_context():
        high = reading().scalar(select(Priority.id).where(Priority.key == "high"))
    make_filter(rule("Fires", FIRE, condition("priority", "is", high), do=does("priority", to=high)))
    panel.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    content = panel.get("/admin/filters/export.json").text
    assert content.count('"High"') == 2
    assert "Hoch" not in content
    panel.submit("/admin/filters/import", {"content": content})
    with hookdesk_app.app_context():
        [(_id, _version, values)] = cache.stored(None)
        assert values.actions[0]["with"] == {"to": high}
