"""The alerts page: who is told of what, set by the administrator, narrowed by each agent, obeyed by the mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    AlertKind,
    Department,
    Organization,
    Referral,
    ReplyDraft,
    Team,
    TeamMember,
    Ticket,
    actors,
    clock,
    emit,
    reading,
    site,
    system,
    threads,
    tickets,
    transact,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client
from hookdesk_email_out import matrix, preferences
from hookdesk_email_out.audiences import LABELS
from hookdesk_email_out.kinds import ALERTS
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings

pytestmark = [pytest.mark.plugins("email_out", "storage_fs", "admin"), pytest.mark.requires("admin")]
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]
Told = Callable[..., set[str]]


@pytest.fixture
def told(hookdesk_app: Flask, run_jobs: Callable[..., int]) -> Told:
    """`told()`: the logins of the agents who were promised an alert since it was last asked."""
    seen = 0

    def look() -> set[str]:
        nonlocal seen
        run_jobs("outbox")
        with hookdesk_app.app_context():
            rows = reading().all(select(Mail.id, Mail.address, Mail.template).where(Mail.id > seen))
        seen = max((row.id for row in rows), default=seen)
        return {row.address.partition("@")[0] for row in rows if row.template.endswith("_alert")}

    return look


@pytest.fixture
def tell(hookdesk_app: Flask) -> Callable[..., None]:
    """`tell("message:manager")`: nobody is told of anything but these."""

    def choose(*chosen: str) -> None:
        with hookdesk_app.app_context():
            matrix.save(system(), site().settings.get("email_out", Settings), chosen)

    return choose


@pytest.fixture
def admin_client(hookdesk_client: Client, make_agent: MakeAgent) -> Client:
    """The panel, signed in as an administrator."""
    hookdesk_client.sign_in(make_agent(is_admin=True))
    return hookdesk_client


def stored(app: Flask, work: Callable[[Session], Any]) -> Any:
    """What `work(session)` answers, committed."""
    with app.app_context():
        return transact(work)


def write(app: Flask, ticket: Ticket, text: str = "And another thing") -> None:
    """The requester writes."""
    with app.app_context():
        actor = actors.requester_actor(ticket.user_id)
        assert actor is not None
        threads.post(actor, ReplyDraft(ticket_id=ticket.id, kind="message", text=text))


def answer(app: Flask, agent: Actor, ticket: Ticket, kind: str = "response") -> None:
    """An agent writes."""
    with app.app_context():
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind=kind, text="We bring water."))


def test_each_audience_is_who_it_says(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told, tell: Callable[..., None]
) -> None:
    """One message, told to one audience after the other: each time exactly those agents."""
    names = ("ada", "boss", "lead", "mate", "account", "shown", "chief", "idle")
    people = {name: make_agent(name, name.title(), is_admin=name == "chief") for name in names}
    ticket = make_ticket()
    answer(hookdesk_app, people["ada"], ticket)

    def place(session: Session) -> None:
        team = Team(name="Night shift", lead_id=people["lead"].agent_id)
        organization = Organization(name="ACME", manager_agent_id=people["account"].agent_id, created_at=clock.now())
        session.add_all((team, organization))
        session.flush()
        session.add(TeamMember(team_id=team.id, agent_id=people["mate"].agent_id))
        session.add(Referral(ticket_id=ticket.id, agent_id=people["shown"].agent_id, created_at=clock.now()))
        session.execute(update(Department).values(manager_id=people["boss"].agent_id))
        columns = {"organization_id": organization.id, "team_id": team.id}
        session.execute(update(Ticket).values(**columns))

    stored(hookdesk_app, place)
    told()
    reached = {}
    for audience in LABELS:
        tell(f"message:{audience}")
        write(hookdesk_app, ticket)
        reached[audience] = told()
    assert reached == {
        "assignee": {"ada"}, "team": {"mate"}, "team_lead": {"lead"}, "department": set(), "manager": {"boss"},
        "account_manager": {"account"}, "last_respondent": {"ada"}, "referred": {"shown"}, "admins": {"chief"},
        "named": set(),
    }  # fmt: skip
    stored(hookdesk_app, lambda session: session.execute(update(Ticket).values(assignee_id=None, team_id=None)))
    tell("message:department")
    write(hookdesk_app, ticket)
    assert told() == set(names)


def test_what_a_new_site_tells(hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told) -> None:
    """New tickets and messages reach the department until somebody has the ticket, then that one; assignments whom they concern."""
    ada, alan = make_agent(), make_agent("alan", "Alan Turing")
    ticket = make_ticket()
    assert told() == {"ada", "alan"}
    with hookdesk_app.app_context():
        tickets.assign(ada, ticket.id, alan.agent_id)
    assert told() == {"alan"}
    write(hookdesk_app, ticket)
    assert told() == {"alan"}
    answer(hookdesk_app, alan, ticket)
    answer(hookdesk_app, ada, ticket, "note")
    assert told() == set()


def test_work_of_others_is_told_to_whoever_has_it_but_not_to_the_worker(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told, tell: Callable[..., None]
) -> None:
    ada, alan, ticket = make_agent(), make_agent("alan", "Alan Turing"), make_ticket()
    with hookdesk_app.app_context():
        tickets.assign(ada, ticket.id, alan.agent_id)
    told()
    tell("activity:assignee", "activity:last_respondent")
    answer(hookdesk_app, alan, ticket)
    assert told() == set()
    answer(hookdesk_app, ada, ticket)
    assert told() == {"alan"}
    answer(hookdesk_app, ada, ticket, "note")
    assert told() == {"alan"}
    with hookdesk_app.app_context():
        words = reading().scalars(select(Mail.text).where(Mail.template == "activity_alert")).all()
    assert all("Ada Lovelace worked on a ticket of yours." in text and "We bring water." in text for text in words)


def test_a_transfer_is_told_where_the_ticket_now_is(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told, tell: Callable[..., None]
) -> None:
    ada, eve, ticket = make_agent(is_admin=True), make_agent("eve", "Eve"), make_ticket()

    def elsewhere(session: Session) -> int:
        made = Department(name="Elsewhere")
        session.add(made)
        session.flush()
        session.execute(update(Agent).where(Agent.id == eve.agent_id).values(department_id=made.id))
        return made.id

    place = stored(hookdesk_app, elsewhere)
    told()
    tell("transferred:department")
    with hookdesk_app.app_context():
        tickets.transfer(ada, ticket.id, place)
    assert told() == {"eve"}


def test_nobody_is_told_who_is_away_locked_or_may_not_see_it(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told, tell: Callable[..., None]
) -> None:
    """Whichever audience they are in: an administrator who works elsewhere may not see the ticket either."""
    states = {
        "away": {"on_vacation": True},
        "locked": {"is_active": False},
        "blind": {"assigned_only": True},
        "ada": {},
    }
    for name, values in states.items():
        agent = make_agent(name, name.title(), is_admin=True)
        stored(hookdesk_app, lambda session, of=agent, values=values: session.execute(
            update(Agent).where(Agent.id == of.agent_id).values(is_admin=True, **values)
        ))  # fmt: skip
    tell("new_ticket:admins", "new_ticket:department")
    make_ticket()
    assert told() == {"ada"}


def test_a_department_that_tells_nobody_keeps_its_manager_quiet_but_not_whoever_has_the_ticket(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told, tell: Callable[..., None]
) -> None:
    ada, boss, ticket = make_agent(), make_agent("boss", "Boss"), make_ticket()
    with hookdesk_app.app_context():
        tickets.assign(boss, ticket.id, ada.agent_id)
    tell("message:assignee", "message:manager")
    for alerts, expected in (("members", {"ada", "boss"}), ("nobody", {"ada"})):
        values = {"manager_id": boss.agent_id, "alerts": alerts}
        stored(hookdesk_app, lambda session, values=values: session.execute(update(Department).values(**values)))
        told()
        write(hookdesk_app, ticket)
        assert told() == expected


def test_an_agent_can_want_less_but_not_more(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told, tell: Callable[..., None]
) -> None:
    ada, alan = make_agent(), make_agent("alan", "Alan Turing")

    def want(mode: str, *unwanted: str) -> None:
        with hookdesk_app.app_context():
            preferences.save(ada, mode, unwanted)

    want("mine")
    ticket = make_ticket()
    assert told() == {"alan"}
    with hookdesk_app.app_context():
        tickets.assign(alan, ticket.id, ada.agent_id)
    assert told() == {"ada"}
    write(hookdesk_app, ticket)
    assert told() == {"ada"}
    want("all", "message")
    write(hookdesk_app, ticket)
    assert told() == set()
    want("none")
    make_ticket()
    assert told() == {"alan"}
    want("all")
    tell()
    make_ticket()
    assert told() == set()


def test_the_page_stores_what_is_ticked(hookdesk_app: Flask, admin_client: Client) -> None:
    """Every place that the page offers can be ticked; what it does not offer is passed over; the defaults come back by ticking them."""
    page = admin_client.get("/admin/alerts").get_data(as_text=True)
    offered = {matrix.cell(kind.name, audience) for kind in ALERTS for audience in kind.audiences}
    assert all(f'value="{place}"' in page for place in offered)
    admin_client.submit("/admin/alerts", {"told": ["message:manager", "assigned:admins", "x"], "pass_on": "1"})
    with hookdesk_app.app_context():
        settings = site().settings.get("email_out", Settings)
        told = {kind.name: matrix.told(settings, kind) for kind in ALERTS}
        assert told == {**{kind.name: [] for kind in ALERTS}, "message": ["manager"]}
        assert (settings.autoresponse, settings.pass_on) == (False, True)
        defaults = {matrix.cell(kind.name, audience) for kind in ALERTS for audience in kind.told}
        matrix.save(system(), settings, defaults)
        settings = site().settings.get("email_out", Settings)
        assert (settings.told_more, settings.told_fewer) == ((), ())


def test_a_plugin_adds_an_alert_and_raises_it(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told
) -> None:
    """It stands on the page like the others, and the mail says its headline."""
    make_agent()
    ticket = make_ticket()
    told()
    kind = AlertKind("fire", "Fire", "It burns.", ("department",), ("department",), "new_ticket_alert")
    with hookdesk_app.app_context():
        site().hooks.install("alert_kinds", [Implementation("test", lambda: [kind], ())])
        transact(lambda session: emit(session, "notice_raised", {"ticket_id": ticket.id, "alert": "fire"}))
        transact(lambda session: emit(session, "notice_raised", {"ticket_id": ticket.id, "alert": "unknown"}))
    assert told() == {"ada"}
    with hookdesk_app.app_context():
        assert "It burns." in str(reading().scalars(select(Mail.text).order_by(Mail.id.desc()).limit(1)).one())


@pytest.mark.parametrize(("event", "template"), [("sla_warned", "due_soon_alert"), ("sla_breached", "overdue_alert")])
def test_deadlines_are_told_unless_the_plan_wants_nobody_alerted(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told, event: str, template: str
) -> None:
    ada, _alan, ticket = make_agent(), make_agent("alan", "Alan Turing"), make_ticket()
    with hookdesk_app.app_context():
        tickets.assign(ada, ticket.id, ada.agent_id)
    told()
    for alert in (True, False):
        data = {"ticket_id": ticket.id, "alert": alert}
        stored(hookdesk_app, lambda session, data=data: emit(session, event, data))
        assert told() == ({"ada"} if alert else set())
    with hookdesk_app.app_context():
        assert "due" in str(reading().scalar(select(Mail.text).where(Mail.template == template)))


def test_an_escalation_tells_whom_the_plan_names(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, told: Told
) -> None:
    """But for those who are away, may not see the ticket, or want no mail at all."""
    names = ("ada", "quiet", "few", "away", "blind")
    people = {name: make_agent(name, name.title()) for name in names}
    with hookdesk_app.app_context():
        preferences.save(people["quiet"], "none", ())
        preferences.save(people["few"], "mine", ("overdue",))
    for name, values in (("away", {"on_vacation": True}), ("blind", {"assigned_only": True})):
        where = Agent.id == people[name].agent_id
        stored(
            hookdesk_app,
            lambda session, where=where, values=values: session.execute(update(Agent).where(where).values(**values)),
        )
    ticket = make_ticket()
    told()
    data = {"ticket_id": ticket.id, "agent_ids": [one.agent_id for one in people.values()]}
    stored(hookdesk_app, lambda session: emit(session, "sla_escalated", data))
    assert told() == {"ada", "few"}


def test_a_switch_of_version_1_is_kept(hookdesk_app: Flask) -> None:
    """Who had told no department of new tickets tells none after the upgrade."""
    assert Settings.upgrade({"alert_department": False, "max_attempts": 3}, 1) == {
        "max_attempts": 3,
        "told_fewer": ["new_ticket:department"],
    }
    assert Settings.upgrade({"alert_department": True}, 1) == {}
