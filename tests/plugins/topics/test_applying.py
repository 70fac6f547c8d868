"""What a topic says about a new ticket: applied where nobody has decided, and told where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import (
    Actor,
    Agent,
    Decision,
    Department,
    OutboxEvent,
    Priority,
    Status,
    Team,
    Ticket,
    TicketEvent,
    directory,
    reading,
    release,
    site,
    system,
    tickets,
    transact,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client
from hookdesk_topics import services, tree
from hookdesk_topics.services import Values

pytestmark = pytest.mark.plugins("topics", "numbers")


@pytest.fixture
def ids(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> dict[str, int]:
    """Ids by name: two agents, two departments, a team, statuses and priorities."""
    ada = make_agent("ada", "Ada")
    make_agent("bob", "Bob")
    with hookdesk_app.app_context():
        directory.save_department(system(), None, directory.DepartmentData("Accounts"))
        directory.save_team(system(), None, directory.TeamData("Night", members=(ada.agent_id or 0,)))
        release()
        models: tuple[Any, ...] = (Agent, Department, Team, Status, Priority)
        return {row[0]: row[1] for model in models for row in reading().all(select(model.name, model.id))}


@pytest.fixture
def opened(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> Callable[..., Ticket]:
    """`opened(team_id=…)`: a ticket about a topic with these values."""

    def make(before: dict[str, Any] | None = None, **values: Any) -> Ticket:
        with hookdesk_app.app_context():
            topic_id = services.save(system(), Values("Parcels", **values))
            if before is not None:
                hooks = site().hooks
                decided = Implementation("rules", lambda draft: draft.replace(**before), ("draft",))
                hooks.install("ticket_filter", [decided, *hooks.implementations("ticket_filter")])
        return make_ticket(topic=f"topics:{topic_id}")

    return make


def told(app: Flask, ticket: Ticket, plugin: str = "topics") -> list[str]:
    with app.app_context():
        asked = select(Decision.reason).where(Decision.ticket_id == ticket.id, Decision.plugin == plugin)
        return list(reading().scalars(asked))


def off(app: Flask, model: Any, name: str, **values: Any) -> None:
    with app.app_context():
        changed = update(model).where(model.name == name).values(**(values or {"is_active": False}))
        transact(lambda session: session.execute(changed))


def test_a_topic_gives_all_that_it_names_and_says_so(
    hookdesk_app: Flask, ids: dict[str, int], opened: Callable[..., Ticket]
) -> None:
    ticket = opened(
        department_id=ids["Accounts"], priority_id=ids["High"], status_id=ids["Waiting for requester"],
        assignee_id=ids["Ada"], team_id=ids["Night"], answers=False,
    )  # fmt: skip
    assert (ticket.department_id, ticket.priority_id, ticket.status_id, ticket.assignee_id, ticket.team_id) == (
        ids["Accounts"], ids["High"], ids["Waiting for requester"], ids["Ada"], ids["Night"],
    )  # fmt: skip
    assert told(hookdesk_app, ticket) == [
        "topic 'Parcels' sets the department, the priority, the status, the agent, the team and no confirmation"
    ]
    with hookdesk_app.app_context():
        event = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "ticket_created")).one()
        assert event.data["autoresponse"] is False


def test_what_was_decided_before_stays(ids: dict[str, int], opened: Callable[..., Ticket]) -> None:
    """Whoever chose an agent or a team chose; the topic adds neither."""
    before = {
        "department_id": ids["Support"],
        "priority_id": ids["Low"],
        "status_id": ids["Open"],
        "assignee_id": ids["Bob"],
    }
    ticket = opened(
        before, department_id=ids["Accounts"], priority_id=ids["High"], status_id=ids["Waiting for requester"],
        assignee_id=ids["Ada"], team_id=ids["Night"],
    )  # fmt: skip
    assert {name: getattr(ticket, name) for name in before} == before
    assert ticket.team_id is None


@pytest.mark.parametrize(
    ("column", "name", "model", "values", "words"),
    [
        ("assignee_id", "Ada", Agent, {}, "the agent does not work here any more"),
        ("assignee_id", "Ada", Agent, {"on_vacation": True}, "the agent is on vacation"),
        ("team_id", "Night", Team, {}, "the team is not in use"),
        ("department_id", "Accounts", Department, {"is_active": False, "is_archived": True}, "the department is not in use"),
        ("status_id", "Waiting for requester", Status, {}, "the status is not in use"),
        ("status_id", "Waiting for requester", Status, {"state": "closed"}, "the status is for closed tickets"),
        ("assignee_id", "Ada", Department, {"assignment": "primary"}, "the agent may not have tickets of that department"),
    ],
)  # fmt: skip
def test_what_has_become_unusable_is_left_out_and_told(
    hookdesk_app: Flask,
    ids: dict[str, int],
    opened: Callable[..., Ticket],
    column: str,
    name: str,
    model: Any,
    values: dict[str, Any],
    words: str,
) -> None:
    """And the rest counts all the same."""
    off(hookdesk_app, model, "Accounts" if model is Department else name, **values)
    place = {"department_id": ids["Accounts"]} if model is Department else {}
    ticket = opened(**{**place, column: ids[name], "priority_id": ids["High"]})
    assert ticket.priority_id == ids["High"]
    assert getattr(ticket, column) != ids[name]
    assert f"left out: {words}" in told(hookdesk_app, ticket)[0]


def test_a_format_that_is_gone_is_told_too(hookdesk_app: Flask, opened: Callable[..., Ticket]) -> None:
    ticket = opened(number_ref="numbers:99")
    assert ticket.number == "10000"
    assert told(hookdesk_app, ticket) == ["topic 'Parcels' left out: the number format is not there any more"]


@pytest.mark.requires("numbers")
def test_a_topic_has_a_number_format_of_its_own(
    hookdesk_app: Flask, opened: Callable[..., Ticket], make_ticket: Callable[..., Ticket]
) -> None:
    from hookdesk_numbers import services as numbers

    with hookdesk_app.app_context():
        counted = numbers.save_sequence(system(), numbers.SequenceData("All"))
        numbers.save_format(system(), numbers.FormatData("All", "T-##", counted, is_default=True))
        own = numbers.save_format(system(), numbers.FormatData("Parcels", "P-##", counted))
    ticket = opened(number_ref=f"numbers:{own}")
    assert ticket.number == "P-01"
    assert "the number format" in told(hookdesk_app, ticket)[0]
    assert told(hookdesk_app, ticket, "numbers") == []
    assert make_ticket().number == "T-02"


@pytest.mark.requires("numbers")
@pytest.mark.plugins("topics", "numbers", "admin")
def test_a_format_that_a_topic_asks_for_is_not_deleted(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    from hookdesk_numbers import services as numbers

    with hookdesk_app.app_context():
        own = numbers.save_format(system(), numbers.FormatData("Parcels", "P-######"))
        services.save(system(), Values("Post", number_ref=f"numbers:{own}"))
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    assert "Post" in hookdesk_client.get(f"/admin/numbers/{own}").text
    answer = hookdesk_client.submit("/admin/numbers/new", to=f"/admin/numbers/{own}/delete")
    assert "The format Parcels is in use, so it stays: Post." in answer.text


def test_what_lies_below_has_it_from_above_unless_it_says_otherwise(
    hookdesk_app: Flask, ids: dict[str, int], make_ticket: Callable[..., Ticket]
) -> None:
    """An own team takes the place of the agent above: nobody wants both by accident."""
    with hookdesk_app.app_context():
        above = services.save(
            system(), Values("Above", assignee_id=ids["Ada"], status_id=ids["Waiting for requester"], answers=False)
        )
        same = services.save(system(), Values("Same", above))
        other = services.save(system(), Values("Other", above, team_id=ids["Night"], status_id=ids["Open"]))
        assert not any(node.answers for node in tree.nodes() if node.id in (above, same, other))
    first, second = make_ticket(topic=f"topics:{same}"), make_ticket(topic=f"topics:{other}")
    assert (first.assignee_id, first.team_id, first.status_id) == (ids["Ada"], None, ids["Waiting for requester"])
    assert (second.assignee_id, second.team_id, second.status_id) == (None, ids["Night"], ids["Open"])


def test_a_ticket_without_a_topic_gets_the_default_one(
    hookdesk_app: Flask, ids: dict[str, int], make_ticket: Callable[..., Ticket]
) -> None:
    with hookdesk_app.app_context():
        chosen = services.save(system(), Values("General", priority_id=ids["Low"], is_default=True))
        services.save(system(), Values("Other"))
    ticket = make_ticket()
    assert (ticket.topic_ref, ticket.priority_id) == (f"topics:{chosen}", ids["Low"])
    assert told(hookdesk_app, ticket) == ["topic 'General', the default one, sets the priority"]
    with hookdesk_app.app_context():
        services.save(system(), Values("Later", is_default=True))
        assert [node.label for node in tree.nodes() if node.own.is_default] == ["Later"]
        services.remove(system(), tree.default().id)  # type: ignore[union-attr]  # there is one
    assert make_ticket().topic_ref == ""


def test_an_agent_changes_the_topic_and_the_log_says_so(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        first, second = [services.save(system(), Values(name)) for name in ("One", "Two")]
        off_duty = services.save(system(), Values("Off", is_active=False))
        tickets.set_topic(agent, ticket.id, f"topics:{first}")
        tickets.set_topic(agent, ticket.id, f"topics:{first}")
        tickets.set_topic(agent, ticket.id, f"topics:{second}")
        tickets.set_topic(agent, ticket.id, "")
        lines = list(reading().scalars(select(TicketEvent.data).where(TicketEvent.kind == "topic")))
        assert [(line["before"], line["after"]) for line in lines] == [("", "One"), ("One", "Two"), ("Two", "")]
        for odd in (f"topics:{off_duty}", "topics:999999", "sla:1", "x" * 500):
            with pytest.raises(tickets.TicketProblem, match="cannot be chosen"):
                tickets.set_topic(agent, ticket.id, odd)


@pytest.mark.plugins("topics", "desk")
@pytest.mark.requires("desk")
def test_the_desk_offers_topics_and_keeps_one_that_is_off(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_ticket: Callable[..., Ticket],
    make_agent: Callable[..., Actor],
) -> None:
    ticket = make_ticket()
    with hookdesk_app.app_context():
        topic_id = services.save(system(), Values("Parcels"))
    hookdesk_client.sign_in(make_agent())
    page = f"/agent/tickets/{ticket.number}"
    answer = hookdesk_client.submit(page, {"topic": f"topics:{topic_id}"}, to=f"{page}/topic")
    assert "set the help topic to" in answer.text
    with hookdesk_app.app_context():
        services.save(system(), Values("Parcels", is_active=False), topic_id)
    kept = hookdesk_client.get(page).text
    assert f'<option value="topics:{topic_id}" selected>Parcels</option>' in kept
    refused = hookdesk_client.submit(page, {"topic": "topics:999999"}, to=f"{page}/topic")
    assert "That topic cannot be chosen." in refused.text


def test_no_ticket_is_closed_without_a_topic_where_the_settings_say_so(
    hookdesk_app: Flask, ids: dict[str, int], make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    agent, ticket = make_agent("carl"), make_ticket()
    plugin: Any = None
    with hookdesk_app.app_context():
        plugin = site().plugins.get("topics")
        site().settings.save("topics", plugin.settings_type, {"closing_needs_topic": True}, system())
        tickets.set_status(agent, ticket.id, ids["Waiting for requester"])
        with pytest.raises(Exception, match="Choose a help topic first"):
            tickets.set_status(agent, ticket.id, ids["Solved"])
        tickets.set_topic(agent, ticket.id, tree.nodes()[0].ref)
        tickets.set_status(agent, ticket.id, ids["Solved"])


@pytest.mark.plugins("topics", "portal")
@pytest.mark.requires("portal")
def test_the_portal_says_the_topics_own_words_of_thanks(hookdesk_app: Flask, hookdesk_client: Client) -> None:
    with hookdesk_app.app_context():
        topic_id = services.save(system(), Values("Parcels", thanks="Track it at https://example.org/<b>\n\nSoon."))
    form = {
        "topic": f"topics:{topic_id}",
        "name": "Grace",
        "email": "grace@example.org",
        "subject": "Where",
        "message": "x",
    }
    page = hookdesk_client.submit("/open", form).text
    assert 'href="https://example.org/"' in page or "https://example.org/" in page
    assert "Soon." in page
    assert "<b>\n" not in page


def test_the_draft_is_left_alone_without_topics(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> None:
    ticket = make_ticket()
    assert ticket.topic_ref == ""
    assert told(hookdesk_app, ticket) == []
