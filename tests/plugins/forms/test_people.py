"""Fields of users and organizations, and what becomes of them when people come, merge and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk import criteria
from hookdesk.api import Actor, Ticket, TicketEvent, actors, organizations, reading, release, system, transact
from hookdesk.testing import Client
from hookdesk_forms import catalogue, persons, values
from hookdesk_forms.kinds import all_kinds
from hookdesk_forms.models import Value
from hookdesk_people import erasing

Make = Callable[..., int]
pytestmark = pytest.mark.plugins("forms", "portal", "accounts", "directory", "admin", "people")
OPEN = {"name": "Grace", "email": "grace@example.org", "subject": "Broken", "message": "Help"}


@pytest.fixture
def about_users(make_form: Make, make_field: Make) -> int:
    """A region that requesters fill in, and a rating that they do not see."""
    form_id = make_form("Person", about="user")
    make_field(form_id, "Region", "choice", key="region", options={"lines": "n: North\ns: South"})
    make_field(form_id, "Rating", "number", key="rating", requester="hidden")
    return form_id


def of(app: Flask, about: str, owner_id: int) -> dict[str, str]:
    with app.test_request_context("/"):
        return {one.spec.key: one.words for one in values.answers(about, owner_id)}


def test_who_is_new_is_asked_and_who_is_known_is_not_overwritten(
    hookdesk_app: Flask, hookdesk_client: Client, about_users: int, run_jobs: Callable[..., int]
) -> None:
    page = hookdesk_client.get("/open").text
    assert ("Region" in page, "Rating" in page) == (True, False)
    hookdesk_client.submit("/open", {**OPEN, "user-field-region": "n", "user-field-rating": "9"})
    run_jobs("outbox")
    hookdesk_client.submit("/open", {**OPEN, "subject": "Again", "user-field-region": "s"})
    run_jobs("outbox")
    with hookdesk_app.app_context():
        user_id = reading().scalars(select(Ticket.user_id)).first()
        assert not list(reading().scalars(select(Value.id).where(Value.ticket_id.is_not(None))))
    assert of(hookdesk_app, "user", user_id or 0) == {"region": "North"}


def test_agents_change_the_fields_of_users_and_organizations_as_they_may(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    about_users: int,
    make_form: Make,
    make_field: Make,
) -> None:
    make_field(make_form("Contract", about="organization"), "Contract ends", "date", key="ends")
    with hookdesk_app.app_context():
        row_id = organizations.save_organization(system(), None, organizations.OrganizationData("Initech"))
    user_id = make_ticket().user_id
    hookdesk_client.sign_in(make_agent("plain", "Plain"))
    assert hookdesk_client.get(f"/agent/forms/users/{user_id}").status_code == 403
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    wrong = hookdesk_client.submit(f"/agent/forms/users/{user_id}", {"user-field-rating": "many"})
    assert (wrong.status_code, "Write a number." in wrong.text) == (422, True)
    hookdesk_client.submit(f"/agent/forms/users/{user_id}", {"user-field-region": "s", "user-field-rating": "5"})
    assert of(hookdesk_app, "user", user_id) == {"region": "South", "rating": "5"}
    for page in (f"/agent/people/{user_id}", f"/admin/users/{user_id}"):
        assert "South" in hookdesk_client.get(page).text, page
    hookdesk_client.submit(f"/agent/forms/organizations/{row_id}", {"organization-field-ends": "2026-12-31"})
    assert "December 31, 2026" in hookdesk_client.get(f"/admin/organizations/{row_id}").text
    assert hookdesk_client.get("/agent/forms/organizations/99").status_code == 404


def test_one_sees_and_changes_ones_own(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket], about_users: int
) -> None:
    user_id = make_ticket().user_id
    with hookdesk_app.app_context():
        owner = actors.requester_actor(user_id)
    assert owner is not None
    hookdesk_client.sign_in(owner)
    assert "Change the details" in hookdesk_client.get("/account").text
    hookdesk_client.submit("/account/fields", {"user-field-region": "s", "user-field-rating": "1"})
    assert of(hookdesk_app, "user", user_id) == {"region": "South"}


def test_rules_know_the_fields_of_the_requester(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], about_users: int
) -> None:
    ticket = make_ticket()
    _store(hookdesk_app, ticket.user_id, region="n")
    part = {"field": "user-field:region", "operator": "is", "value": "n"}
    with hookdesk_app.app_context():
        fields = criteria.known_fields()
        group = criteria.load({"version": 1, "mode": "all", "parts": [part]}, fields)
        assert reading().scalar(select(Ticket.id).where(criteria.where(group, fields))) == ticket.id


def test_a_persons_fields_are_exported_merged_and_forgotten(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], about_users: int, make_form: Make, make_field: Make
) -> None:
    form_id = make_form()
    make_field(form_id, "Address", "long_text", key="address")
    make_field(form_id, "Size", "choice", key="size", options={"lines": "S\nM"})
    stays = make_ticket(email="a@example.org").user_id
    ticket = make_ticket(email="b@example.org", channel="api", fields={"address": "Main Street 1", "size": "M"})
    _store(hookdesk_app, ticket.user_id, region="n", rating=5.0)
    _store(hookdesk_app, stays, rating=1.0)
    with hookdesk_app.test_request_context("/"):
        told = {(one["field"], one["value"], one["ticket"]) for one in persons.records(ticket.user_id)}
        assert {("region", "North", None), ("address", "Main Street 1", ticket.number)} <= told
        persons.merged(stays, ticket.user_id)
    assert of(hookdesk_app, "user", stays) == {"region": "North", "rating": "1"}
    with hookdesk_app.app_context():
        persons.forget(ticket.user_id)
    assert of(hookdesk_app, "user", ticket.user_id) == {}
    assert of(hookdesk_app, "ticket", ticket.id) == {"size": "M"}


def test_what_was_filled_in_by_somebody_who_is_erased_stands_in_no_log(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    make_form: Make,
    make_field: Make,
) -> None:
    make_field(make_form(), "Street", key="street")
    ticket = make_ticket(channel="api", fields={"street": "Main Street 1"})
    hookdesk_client.sign_in(make_agent())
    hookdesk_client.submit(f"/agent/tickets/{ticket.number}/fields", {"field-street": "Side Street 2"})
    with hookdesk_app.app_context():
        told = select(TicketEvent.data).where(TicketEvent.kind == "field:street")
        assert reading().scalar(told)["after"] == "Side Street 2"
        erasing.erase(system(), ticket.user_id, with_tickets=False)
        persons.forget(ticket.user_id)
        release()
        assert reading().scalar(told) == {}
    assert of(hookdesk_app, "ticket", ticket.id) == {}


def _store(app: Flask, user_id: int, **given: Any) -> None:
    """Fill in fields of a user."""
    with app.test_request_context("/"):
        specs, kinds = catalogue.fields_of("user"), all_kinds()
        for key, value in given.items():
            spec = specs[key]
            transact(
                lambda session, spec=spec, value=value: values.write(
                    session, "user", user_id, spec, kinds[spec.kind], (value,)
                )
            )
