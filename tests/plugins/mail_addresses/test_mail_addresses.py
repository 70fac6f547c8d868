"""Mail to each of our addresses goes where an administrator said, and the trace says by which. An address of ours is nobody's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    Comparison,
    Decision,
    Department,
    Group,
    InboundMessage,
    Mode,
    Operator,
    Outcome,
    Priority,
    Referral,
    Settled,
    Ticket,
    agents,
    criteria,
    directory,
    intake,
    participants,
    reading,
    release,
    system,
    tickets,
    users,
)
from hookdesk.testing import Client
from hookdesk_email_in import policies
from hookdesk_email_in.settings import Settings as MailSettings
from hookdesk_mail_addresses import services
from hookdesk_mail_addresses.services import AddressProblem, Values
from hookdesk_topics import services as topics

pytestmark = pytest.mark.plugins("mail_addresses", "topics", "filters", "admin")
Mail = Callable[..., Ticket]


@pytest.fixture
def places(hookdesk_app: Flask) -> dict[str, int]:
    """Departments by name: Sales, Billing, and Closed, which is not in use."""
    with hookdesk_app.app_context():
        found = {
            name: directory.save_department(
                system(), None, directory.DepartmentData(name=name, is_active=name != "Closed")
            )
            for name in ("Sales", "Billing", "Closed")
        }
        main = reading().scalar(select(Department.id).where(Department.is_default))
    return {**found, "Main": main}


@pytest.fixture
def desk(hookdesk_app: Flask, places: dict[str, int]) -> dict[str, int]:
    """The ids of help@ (the default), sales@, billing@ and old@desk.example."""
    with hookdesk_app.app_context():
        urgent = reading().scalar(select(Priority.id).order_by(Priority.rank.desc()).limit(1))
        made = {
            "help": Values("help@desk.example", name="Help"),
            "sales": Values("sales@desk.example", department_id=places["Sales"], priority_id=urgent, answers=False),
            "billing": Values("billing@desk.example", department_id=places["Billing"]),
            "old": Values("old@desk.example", department_id=places["Closed"]),
        }
        return {name: services.save(system(), values) for name, values in made.items()}


@pytest.fixture
def mail(hookdesk_app: Flask, desk: dict[str, int], run_jobs: Callable[..., int]) -> Mail:
    """`mail(mailbox="", to=(), cc=())`: a ticket that Grace opened by mail to these."""

    def send(**given: Any) -> Ticket:
        message = InboundMessage(
            channel="email", sender_address="grace@example.org", subject="Offer", text="How much?", **given
        )
        with hookdesk_app.app_context():
            settled = intake.submit(message, system())
        run_jobs("outbox")
        with hookdesk_app.app_context():
            found: Ticket = reading().scalar(select(Ticket).where(Ticket.id == settled.ticket_id))
            return found

    return send


def why(app: Flask, ticket: Ticket) -> str:
    """What the trace says of the addresses."""
    with app.app_context():
        asked = select(Decision.reason).where(Decision.ticket_id == ticket.id, Decision.plugin == "mail_addresses")
        return " ".join(reading().scalars(asked.where(Decision.hook == "ticket_filter")))


def test_the_mailbox_decides_before_the_addresses_that_a_mail_names(
    hookdesk_app: Flask, mail: Mail, places: dict[str, int]
) -> None:
    ticket = mail(mailbox="sales@desk.example", to=("Help@desk.example", "billing@desk.example"))
    assert ticket.department_id == places["Sales"]
    told = why(hookdesk_app, ticket)
    assert "it arrived at sales@desk.example; that sets the department, the priority, no confirmation" in told
    with hookdesk_app.app_context():
        priority = reading().first(select(Priority.rank, Priority.id).order_by(Priority.rank.desc()).limit(1))
        assert priority is not None
        assert ticket.priority_id == priority.id


@pytest.mark.parametrize(
    ("given", "department", "words"),
    [
        ({"mailbox": "relay@elsewhere.example", "to": ("sales@desk.example",)}, "Sales", "the first of our addresses"),
        ({"cc": ("x@example.org", "billing@desk.example")}, "Billing", "the first of our addresses"),
        ({"mailbox": "sales+quote@desk.example"}, "Sales", "it arrived at sales@desk.example"),
        ({"to": ("undisclosed@example.org",)}, "Main", ""),
        ({"mailbox": "old@desk.example"}, "Main", "the default department, for its own is not in use"),
    ],
    ids=["To", "Cc", "plus", "none of ours", "department not in use"],
)
def test_an_address_leads_to_its_department(
    hookdesk_app: Flask, mail: Mail, places: dict[str, int], given: dict[str, Any], department: str, words: str
) -> None:
    ticket = mail(**given)
    assert ticket.department_id == places[department]
    assert words in why(hookdesk_app, ticket)


def test_conditions_know_at_which_address_a_ticket_came_in(
    hookdesk_app: Flask, mail: Mail, desk: dict[str, int], make_ticket: Callable[..., Ticket]
) -> None:
    """The one that decided: also the default one, where a mail names none. What came otherwise has none."""
    at_sales, elsewhere = mail(mailbox="sales@desk.example"), mail(to=("undisclosed@example.org",))
    by_form = make_ticket()

    def found(operator: Operator, value: int | None = None) -> list[int]:
        group = Group(Mode.ALL, (Comparison("our_address", operator, value),))
        asked = select(Ticket.id).where(criteria.where(group, criteria.known_fields())).order_by(Ticket.id)
        return list(reading().scalars(asked))

    with hookdesk_app.app_context():
        assert found(Operator.IS, desk["sales"]) == [at_sales.id]
        assert found(Operator.IS, desk["help"]) == [elsewhere.id]
        assert found(Operator.IS_EMPTY) == [by_form.id]


def test_the_departments_of_the_other_addresses_see_the_ticket(
    hookdesk_app: Flask, mail: Mail, places: dict[str, int]
) -> None:
    ticket = mail(
        mailbox="sales@desk.example", to=("sales@desk.example", "billing@desk.example"), cc=("old@desk.example",)
    )
    with hookdesk_app.app_context():
        shown = list(reading().scalars(select(Referral.department_id).where(Referral.ticket_id == ticket.id)))
    assert (ticket.department_id, shown) == (places["Sales"], [places["Billing"]])
    assert "the departments of billing@desk.example see it, too" in why(hookdesk_app, ticket)


def test_a_topic_decides_what_the_address_leaves_open(
    hookdesk_app: Flask, mail: Mail, desk: dict[str, int], places: dict[str, int]
) -> None:
    with hookdesk_app.app_context():
        topic_id = topics.save(system(), topics.Values("Offers", department_id=places["Billing"]))
        ref = f"topics:{topic_id}"
        services.save(system(), Values("help@desk.example", topic=ref), desk["help"])
        services.save(system(), Values("sales@desk.example", topic=ref, department_id=places["Sales"]), desk["sales"])
    assert mail(mailbox="help@desk.example").department_id == places["Billing"]
    ticket = mail(mailbox="sales@desk.example")
    assert (ticket.department_id, ticket.topic_ref) == (places["Sales"], ref)
    with hookdesk_app.app_context():
        topics.save(system(), topics.Values("Offers", department_id=places["Billing"], is_active=False), topic_id)
    later = mail(mailbox="help@desk.example")
    assert later.topic_ref != ref
    assert "no help topic, for its own is not in use" in why(hookdesk_app, later)


def test_filters_decide_before_addresses_and_addresses_before_topics(hookdesk_app: Flask) -> None:
    asked = [one.plugin for one in hookdesk_app.extensions["hookdesk"].hooks.implementations("ticket_filter")]
    assert [slug for slug in asked if slug in ("filters", "mail_addresses", "topics")] == [
        "filters", "mail_addresses", "topics",
    ]  # fmt: skip


def test_how_mail_to_an_address_is_treated_is_what_its_page_says(hookdesk_app: Flask, desk: dict[str, int]) -> None:
    with hookdesk_app.app_context():
        values = Values("help@desk.example", spoofed="reject", collaborators="all", plus_addressing=True)
        services.save(system(), values, desk["help"])
        found = policies.policy_of("help+x@desk.example")
        assert (found.spoofed, found.collaborators, found.plus_addressing) == ("reject", "all", True)
        assert policies.is_ours("sales@desk.example", MailSettings())
        assert not policies.is_ours("grace@example.org", MailSettings())


def test_an_address_of_ours_is_nobodys_own(
    hookdesk_app: Flask, desk: dict[str, int], make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    make_agent("ada", "Ada")
    with hookdesk_app.app_context():
        with pytest.raises(AddressProblem, match="Ada has this address"):
            services.save(system(), Values("ada@helpdesk.example"))
        with pytest.raises(directory.DirectoryProblem, match="of this helpdesk itself"):
            users.save_user(system(), None, users.UserData("Eve", ("Help@desk.example",)))
        place = reading().first(select(Department.id).limit(1))
        assert place is not None
        with pytest.raises(directory.DirectoryProblem, match="of this helpdesk itself"):
            agents.save_agent(
                system(),
                None,
                agents.AgentData(
                    login="eve", name="Eve", address="sales@desk.example", department_id=place.id, role_id=1
                ),
            )
        ticket = make_ticket()
        for change in (participants.add_collaborator, participants.change_owner):
            with pytest.raises(tickets.TicketProblem, match="of this helpdesk itself"):
                change(system(), ticket.id, "billing@desk.example")
        settled: Settled = intake.submit(
            InboundMessage(channel="portal", sender_address="help@desk.example", subject="Me", text="I am you."),
            system(),
        )
        assert settled.outcome is Outcome.REJECTED


def test_there_is_always_one_default_and_it_stays(hookdesk_app: Flask, desk: dict[str, int]) -> None:
    def defaults() -> list[str]:
        release()
        return [row.address for row in services.everything() if row.is_default]

    with hookdesk_app.app_context():
        assert defaults() == ["help@desk.example"]
        with pytest.raises(AddressProblem, match="default"):
            services.remove(system(), desk["help"])
        services.save(system(), Values("help@desk.example", is_default=False), desk["help"])
        assert defaults() == ["help@desk.example"]
        services.save(system(), replace(Values("old@desk.example"), is_default=True), desk["old"])
        assert defaults() == ["old@desk.example"]
        services.remove(system(), desk["help"])
        assert [row.address for row in services.everything()] == [
            "old@desk.example", "billing@desk.example", "sales@desk.example",
        ]  # fmt: skip


def test_the_pages_keep_an_address_and_say_where_it_leads(
    hookdesk_app: Flask, hookdesk_client: Client, places: dict[str, int], make_agent: Callable[..., Actor]
) -> None:
    hookdesk_client.sign_in(make_agent("boss", "Bo Ss", is_admin=True))
    sent = {
        "address": "Help@Desk.example", "name": "Help", "department_id": places["Sales"], "answers": "y", "spoofed": "quarantine",
        "collaborators": "participants", "topic": "", "priority_id": "",
    }  # fmt: skip
    page = hookdesk_client.submit("/admin/mail-addresses/new", sent).get_data(as_text=True)
    assert "help@desk.example" in page
    assert "Sales" in page
    again = hookdesk_client.submit("/admin/mail-addresses/new", sent)
    assert again.status_code == 422
    assert "among ours already" in again.get_data(as_text=True)
    with hookdesk_app.app_context():
        (row,) = services.everything()
        assert (row.spoofed, row.collaborators, row.is_default) == ("quarantine", "participants", True)
    removal = hookdesk_client.get(f"/admin/departments/{places['Sales']}/delete").get_data(as_text=True)
    assert "help@desk.example" in removal
    path = f"/admin/mail-addresses/{row.id}"
    assert "default address stays" in hookdesk_client.submit(path, to=f"{path}/delete").get_data(as_text=True)
