"""Canned responses: who sees to them, what is put into an answer, what a filter sends by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any, TypeVar

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    CoreSettings,
    Department,
    Forbidden,
    InboundFile,
    NotFound,
    Role,
    Ticket,
    actors,
    attachments,
    reading,
    site,
    system,
    transact,
)
from hookdesk.testing import Client
from hookdesk_canned import services
from hookdesk_canned.models import Response
from hookdesk_canned.services import ResponseProblem, Values

pytestmark = pytest.mark.plugins("canned", "storage_fs")
T = TypeVar("T")
GREETING = Values("Greeting", "<p>Hello {{ ticket.first_name }}, this is {{ ticket.number }}.</p>")


def department(name: str) -> int:
    def work(session: Session) -> int:
        session.add(made := Department(name=name))
        session.flush()
        return made.id

    return transact(work)


def with_role(actor: Actor, *permissions: str) -> Actor:
    """The agent with a role that has these permissions alone."""

    def work(session: Session) -> None:
        session.add(role := Role(name=f"Role of {actor.name}", permissions=list(permissions)))
        session.flush()
        session.execute(update(Agent).where(Agent.id == actor.agent_id).values(role_id=role.id))

    transact(work)
    found = actors.agent_actor(actor.agent_id or 0)
    assert found is not None
    return found


def test_a_role_lets_see_to_a_departments_responses_and_the_shared_ones(
    inside: Callable[..., Any], make_agent: Callable[..., Actor]
) -> None:
    ada = make_agent()

    def work() -> None:
        here, elsewhere = next(iter(ada.departments)), department("Elsewhere")
        editor = with_role(ada, "canned.manage")
        mine = services.save(editor, replace(GREETING, department_id=here))
        other = services.save(system(), replace(GREETING, department_id=elsewhere))
        with pytest.raises(Forbidden):
            services.save(editor, replace(GREETING, department_id=elsewhere, title="Mine now"))
        with pytest.raises(Forbidden):  # nor is one's own made another department's
            services.save(editor, replace(GREETING, department_id=elsewhere), mine)
        with pytest.raises(NotFound):
            services.remove(editor, other)
        with pytest.raises(Forbidden):
            services.save(editor, replace(GREETING, department_id=here, title="Taken over"), other)
        services.remove(editor, mine)
        services.remove(editor, services.save(editor, GREETING))  # shared by all departments

    inside(work)


def test_managers_see_to_those_of_their_departments(
    hookdesk_client: Client, inside: Callable[..., Any], make_agent: Callable[..., Actor]
) -> None:
    ada = make_agent()
    hookdesk_client.sign_in(ada)
    assert hookdesk_client.get("/agent/canned").status_code == 403
    here = next(iter(ada.departments))
    inside(lambda: transact(lambda s: s.execute(update(Department).values(manager_id=ada.agent_id)) and None))
    form = {"title": "Parcels", "html": "They arrive on Monday.", "department_id": str(here), "is_active": "y"}
    assert "The response Parcels is saved." in hookdesk_client.submit("/agent/canned/add", form).text
    refused = hookdesk_client.submit("/agent/canned/add", {**form, "title": "All", "department_id": ""})
    assert refused.status_code == 422
    assert "Parcels" in hookdesk_client.get("/agent/canned?q=monday").text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"html": "<p>Hello {{ tickt.number }}</p>"}, "html"),
        ({"html": "<p>{{ ticket.number.__class__ }}</p>"}, "html"),
        ({"html": "<p>{% for x in ticket %}"}, "html"),
        ({"html": "<p> </p>"}, "html"),
        ({"title": "greeting"}, "title"),
    ],
)
def test_what_could_not_be_used_is_refused(inside: Callable[..., Any], given: dict[str, Any], field: str) -> None:
    def work() -> None:
        services.save(system(), GREETING)
        with pytest.raises(ResponseProblem) as problem:
            services.save(system(), replace(GREETING, **{"title": "Another", **given}))
        assert problem.value.field == field

    inside(work)


def test_variables_are_filled_in_for_that_ticket_and_osticket_s_are_taken(
    hookdesk_client: Client,
    inside: Callable[..., Any],
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
) -> None:
    """What requesters wrote stays text, and what an editor puts around a variable does no harm."""
    ticket = make_ticket(subject="<script>x</script> & co", name="Grace <b>Hopper</b>")
    html = (
        "<p>%{ticket.name.first}: {{&nbsp;<b>ticket</b>.subject }}, {{ author }}<script>alert(1)</script></p>"
        "{% if ticket.state == &quot;open&quot; %}<p>open</p>{% endif %}"
    )
    given = (InboundFile("terms.txt", "text/plain", b"Terms"),)

    def work() -> int:
        stored = tuple(attachments.store(file) for file in given)
        return services.save(system(), replace(GREETING, html=html), added=stored)

    row_id = inside(work)
    hookdesk_client.sign_in(make_agent())
    [item] = hookdesk_client.get(f"/agent/canned/for/{ticket.number}?q=greet").json["items"]
    assert hookdesk_client.get(item["url"]).status_code == 405, "looking at an address counts nothing"
    answer = hookdesk_client.submit(f"/agent/tickets/{ticket.number}", to=item["url"]).json
    assert answer["text"] == "Grace: <script>x</script> & co, Ada Lovelace\n\nopen"
    assert "<script" not in answer["html"]
    assert [file["name"] for file in answer["files"]] == ["terms.txt"]
    assert len(hookdesk_client.get(answer["files"][0]["url"]).data) == 5
    assert inside(lambda: reading().scalar(select(Response.uses).where(Response.id == row_id))) == 1


@pytest.mark.plugins("canned", "portal", "storage_fs")
@pytest.mark.requires("portal")
def test_a_text_says_only_what_the_requester_may_know(
    hookdesk_client: Client,
    inside: Callable[..., Any],
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
) -> None:
    """No private department, no agent's name where names are hidden, and a link that asks who comes."""
    ticket = make_ticket()
    hookdesk_client.sign_in(make_agent())
    html = "<p>[{{ ticket.department }}] [{{ author }}] [{{ ticket.team }}] [{{ signature }}] {{ url }}</p>"

    def work() -> int:
        transact(lambda session: session.execute(update(Department).values(is_public=False)) and None)
        site().settings.save("core", CoreSettings, {"agents_shown": "department"}, system())
        return services.save(system(), replace(GREETING, html=html))

    path = f"/agent/canned/for/{ticket.number}/{inside(work)}"
    answer = hookdesk_client.submit(f"/agent/tickets/{ticket.number}", to=path).json["text"]
    assert answer.startswith("[] [Support] [] [] http")
    assert answer.endswith(f"/tickets/{ticket.number}")


def test_a_ticket_is_offered_its_departments_responses_and_everybodys(
    hookdesk_client: Client,
    inside: Callable[..., Any],
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
) -> None:
    ticket = make_ticket()
    hookdesk_client.sign_in(make_agent())

    def work() -> tuple[int, int]:
        services.save(system(), GREETING)
        services.save(system(), replace(GREETING, title="Ours", department_id=ticket.department_id))
        services.save(system(), replace(GREETING, title="Retired", is_active=False))
        return services.save(system(), replace(GREETING, title="Theirs", department_id=department("Elsewhere")))

    theirs = inside(work)
    items = hookdesk_client.get(f"/agent/canned/for/{ticket.number}").json["items"]
    assert [one["label"] for one in items] == ["Greeting", "Ours", "Original message", "Last message"]
    assert "burning since nine" in hookdesk_client.get(items[-1]["url"]).json["text"]
    path = f"/agent/canned/for/{ticket.number}/{theirs}"
    assert hookdesk_client.submit(f"/agent/tickets/{ticket.number}", to=path).status_code == 404
    assert hookdesk_client.get("/agent/canned/for/999999").status_code == 404


def test_files_are_kept_for_a_response_and_go_with_it(inside: Callable[..., Any]) -> None:
    def work() -> None:
        stored = tuple(
            attachments.store(InboundFile(name, "text/plain", name.encode())) for name in ("one.txt", "two.txt")
        )
        row_id = services.save(system(), GREETING, added=stored)
        first, _second = services.files(row_id)
        services.save(system(), GREETING, row_id, dropped={first.id})
        assert [row.filename for row in services.files(row_id)] == ["two.txt"]
        services.remove(system(), row_id)
        assert services.files(row_id) == []

    inside(work)


def test_files_are_sent_by_the_form(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> None:
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    form = {"title": "With terms", "html": "See below.", "department_id": "", "is_active": "y"}
    sent = {**form, "files": (BytesIO(b"Terms"), "terms.txt")}
    assert "is saved" in hookdesk_client.submit("/agent/canned/add", sent).text
    assert "terms.txt" in hookdesk_client.get("/agent/canned/1").text


def test_a_response_of_a_department_that_is_closed_stays_there(
    inside: Callable[..., Any], hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    def close() -> None:
        place = department("Hardware")
        services.save(system(), replace(GREETING, department_id=place))
        shut = update(Department).where(Department.id == place).values(is_active=False)
        transact(lambda session: session.execute(shut) and None)

    inside(close)
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    page = hookdesk_client.get("/agent/canned/1").text
    assert "Hardware</option>" in page, "else saving the form gives it to every department"
