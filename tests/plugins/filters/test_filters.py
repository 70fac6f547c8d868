"""What filters do with new tickets: once for each, in their order, whatever way it came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from tests.plugins.filters.conftest import condition, conditions, does, noticed, rule

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Agent,
    Collaborator,
    Decision,
    Department,
    Field,
    FieldType,
    FilterAction,
    InboundMessage,
    IntakeRecord,
    OutboxEvent,
    Outcome,
    Priority,
    Settled,
    SlaHooks,
    Team,
    TeamMember,
    Ticket,
    TicketDraft,
    Verdict,
    intake,
    reading,
    release,
    site,
    system,
    transact,
)
from hookdesk.services import intake_format
from hookdesk.testing import assert_plugin_contract
from hookdesk_filters import deciding, rules, services
from hookdesk_filters.models import Hit, Rule, Version
from hookdesk_filters.rules import RuleProblem, RuleValues

pytestmark = pytest.mark.plugins("filters")
FIRE = condition("subject", "contains", "fire")


def test_the_plugin_keeps_the_contract() -> None:
    assert_plugin_contract("filters")


@pytest.fixture
def mail_in(hookdesk_app: Flask) -> Callable[..., Settled]:
    """`mail_in(subject=…, **fields)`: a message comes in; how it ended."""

    def come(subject: str = "The printer is on fire", **fields: Any) -> Settled:
        given = {"channel": "email", "sender_address": "grace@example.org", "text": "It burns.", **fields}
        with hookdesk_app.app_context():
            return intake.submit(InboundMessage(subject=subject, **given), ANONYMOUS)

    return come


def priority_id(app: Flask, key: str) -> int:
    with app.app_context():
        return int(reading().scalar(select(Priority.id).where(Priority.key == key)))


def ticket(app: Flask, settled: Settled) -> Ticket:
    with app.app_context():
        found: Ticket = reading().scalars(select(Ticket).where(Ticket.id == settled.ticket_id)).one()
        return found


def add_department(app: Flask, name: str, **values: Any) -> int:
    def work(session: Any) -> int:
        row = Department(name=name, **values)
        session.add(row)
        session.flush()
        return int(row.id)

    with app.app_context():
        return transact(work)


def add_team(app: Flask, *agents: Actor) -> int:
    def work(session: Any) -> int:
        team = Team(name="Fire brigade")
        session.add(team)
        session.flush()
        session.add_all(TeamMember(team_id=team.id, agent_id=agent.agent_id) for agent in agents)
        return int(team.id)

    with app.app_context():
        return transact(work)


def test_a_filter_decides_and_the_trace_says_why(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    high = priority_id(hookdesk_app, "high")
    matching = make_filter(rule("Fires", FIRE, do=does("priority", to=high)))
    other = make_filter(rule("Floods", condition("body", "matches", r"\bwater\b"), do=does("priority", to=high)))
    assert ticket(hookdesk_app, made := mail_in()).priority_id == high
    with hookdesk_app.app_context():
        decision = reading().scalars(select(Decision).where(Decision.plugin == "filters")).one()
        assert decision.changes["priority_id"][1] == high
        assert [(one["ref"], one["matched"]) for one in decision.rules] == [
            (f"filters:{matching}", True),
            (f"filters:{other}", False),
        ]
        hit = reading().scalars(select(Hit)).one()
        assert (hit.rule_id, hit.version, hit.ticket_id) == (matching, 1, made.ticket_id)
        assert "Set priority: High" in hit.outcome
    assert ticket(hookdesk_app, mail_in("Nothing burns")).priority_id != high


def test_filters_run_in_order_and_see_what_the_ones_before_decided(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    high, low = priority_id(hookdesk_app, "high"), priority_id(hookdesk_app, "low")
    make_filter(rule("First", FIRE, do=does("priority", to=high)))
    second = make_filter(rule("Second", condition("priority", "is", high), do=does("priority", to=low)))
    assert ticket(hookdesk_app, mail_in()).priority_id == low
    with hookdesk_app.app_context():
        services.move(system("tests"), second, -1)
    assert ticket(hookdesk_app, mail_in()).priority_id == high


def test_a_filter_that_stops_is_the_last_one(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    make_filter(rule("Leave alone", FIRE, stops=True))
    make_filter(rule("All", do=does("priority", to=priority_id(hookdesk_app, "high"))))
    assert ticket(hookdesk_app, mail_in()).priority_id != priority_id(hookdesk_app, "high")
    assert ticket(hookdesk_app, mail_in("Nothing burns")).priority_id == priority_id(hookdesk_app, "high")


def test_a_filter_is_for_its_channels_and_while_it_is_on(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    high = priority_id(hookdesk_app, "high")
    made = make_filter(rule("Web", FIRE, do=does("priority", to=high), channels=("portal", "api")))
    assert ticket(hookdesk_app, mail_in()).priority_id != high
    assert ticket(hookdesk_app, mail_in(channel="portal")).priority_id == high
    with hookdesk_app.app_context():
        services.switch(system("tests"), made, False)
    assert ticket(hookdesk_app, mail_in(channel="portal")).priority_id != high


def test_reject_turns_away_with_a_reason_and_is_remembered(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    made = make_filter(rule("Spam", FIRE, do=does("reject", reason="looks like spam", told="Call us.", mail=False)))
    settled = mail_in()
    assert (settled.outcome, settled.reason, settled.problems) == (Outcome.REJECTED, "looks like spam", ("Call us.",))
    with hookdesk_app.app_context():
        record = reading().scalars(select(IntakeRecord)).one()
        hit = reading().scalars(select(Hit)).one()
        assert (hit.rule_id, hit.ticket_id, hit.intake_id) == (made, None, record.id)
        services.switch(system("tests"), made, False)
        release()
        assert intake.replay(record.id).outcome is Outcome.TICKET


def test_quarantine_keeps_it_aside(make_filter: Callable[..., int], mail_in: Callable[..., Settled]) -> None:
    make_filter(rule("Odd", FIRE, do=does("quarantine", reason="look at this", told="", mail=False)))
    assert mail_in().outcome is Outcome.QUARANTINED


def test_replies_are_not_filtered(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    opened = mail_in("First words")
    make_filter(rule("Spam", do=does("reject", reason="all of it", told="", mail=False)))
    assert mail_in("Re: First words", ticket_id=opened.ticket_id).outcome is Outcome.REPLY


@pytest.mark.plugins("filters", "sla")
@pytest.mark.requires("sla")
def test_a_plan_can_be_promised(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    with hookdesk_app.app_context():
        [(ref, _name), *_more] = site().hooks.collect(SlaHooks.sla_choices)
    make_filter(rule("VIP", FIRE, do=does("sla", to=ref)))
    made = ticket(hookdesk_app, mail_in())
    assert made.sla_ref == ref
    assert made.due_at.year < 9999, "its clock runs"


def test_members_of_a_team_take_turns_or_the_least_busy_one_gets_it(
    hookdesk_app: Flask,
    make_filter: Callable[..., int],
    mail_in: Callable[..., Settled],
    make_agent: Callable[..., Actor],
) -> None:
    ada, bo, away = make_agent("ada"), make_agent("bo", "Bo"), make_agent("cy", "Cy")
    team = add_team(hookdesk_app, ada, bo, away)
    with hookdesk_app.app_context():
        transact(
            lambda session: session.execute(update(Agent).where(Agent.id == away.agent_id).values(on_vacation=True))
        )
    made = make_filter(rule("Turns", do=does("member", team=team, way="turn")))
    got = [ticket(hookdesk_app, mail_in(f"Number {number}")) for number in range(4)]
    assert [one.assignee_id for one in got] == [ada.agent_id, bo.agent_id, ada.agent_id, bo.agent_id]
    assert {one.team_id for one in got} == {team}
    with hookdesk_app.app_context():
        services.save(system("tests"), rule("Turns", do=does("member", team=team, way="least_busy")), made)
        transact(lambda session: session.execute(update(Ticket).values(assignee_id=ada.agent_id)))
    assert ticket(hookdesk_app, mail_in("Number 5")).assignee_id == bo.agent_id


@pytest.mark.parametrize("way", ["turn", "least_busy"])
def test_mails_that_are_decided_on_together_take_turns_as_well(
    hookdesk_app: Flask, make_filter: Callable[..., int], make_agent: Callable[..., Actor], way: str
) -> None:
    ada, bo = make_agent("ada"), make_agent("bo", "Bo")
    make_filter(rule("Turns", do=does("member", team=add_team(hookdesk_app, ada, bo), way=way)))
    came = [InboundMessage(channel="email", sender_address=f"{name}@example.org", text=name) for name in "uvwxyz"]
    arrivals = [intake.Arrival(intake_format.dump(one)[0], {"format": intake_format.FORMAT}) for one in came]
    with hookdesk_app.app_context():
        stored = intake.receive_all("email", arrivals)
        assert intake.process_all(filter(None, stored)) == len(came)
        got = reading().scalars(select(Ticket.assignee_id).order_by(Ticket.id)).all()
        assert got == [ada.agent_id, bo.agent_id] * 3


def test_a_collaborator_is_added_and_nobody_is_told(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    mail_in(sender_address="chair@example.org")
    make_filter(rule("Board", FIRE, do=[does("follow", address="chair@example.org"), does("quiet"), does("no_alert")]))
    made = mail_in()
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).select_from(Collaborator)) == 1
        event = (
            reading()
            .scalars(select(OutboxEvent).where(OutboxEvent.name == "ticket_created").order_by(OutboxEvent.id.desc()))
            .first()
        )
        assert event.data["ticket_id"] == made.ticket_id
        assert (event.data["alert"], event.data["autoresponse"]) == (False, False)


def test_a_department_that_is_gone_makes_the_filter_skip_with_a_reason(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    """It was there when the rule was compiled, and goes before the ticket comes: the ticket is stored all the same."""
    gone = add_department(hookdesk_app, "Gone")
    high = priority_id(hookdesk_app, "high")
    make_filter(rule("To a place", FIRE, do=[does("priority", to=high), does("department", to=gone)], stops=True))
    make_filter(rule("After", FIRE, do=does("quiet")))
    assert ticket(hookdesk_app, mail_in()).department_id == gone
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Ticket).values(department_id=1)))
        transact(
            lambda session: session.execute(update(Department).where(Department.id == gone).values(is_active=False))
        )
    settled = mail_in()
    assert settled.outcome is Outcome.TICKET
    assert ticket(hookdesk_app, settled).priority_id != high, "a rule does all that it says or nothing"
    with hookdesk_app.app_context():
        decision = (
            reading()
            .scalars(select(Decision).where(Decision.plugin == "filters", Decision.ticket_id == settled.ticket_id))
            .one()
        )
        assert decision.rules[0]["outcome"] == "skipped: Set department: it is gone or switched off"
        assert decision.rules[1]["matched"], "a filter that is skipped stops nobody"


def test_a_field_that_is_gone_makes_the_filter_skip_with_a_reason(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    made = make_filter(rule("Old", FIRE, do=does("quiet")))
    with hookdesk_app.app_context():
        broken = conditions(condition("form.colour", "is", "red"))
        transact(
            lambda session: session.execute(update(Version).where(Version.rule_id == made).values(conditions=broken))
        )
        noticed()
    settled = mail_in()
    assert settled.outcome is Outcome.TICKET
    with hookdesk_app.app_context():
        decision = reading().scalars(select(Decision).where(Decision.plugin == "filters")).one()
        assert "there is no field “form.colour”" in decision.rules[0]["outcome"]
        assert decision.rules[0]["outcome"].startswith("skipped: ")


def test_another_plugins_action_that_fails_takes_no_other_filter_along(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled], monkeypatch: Any
) -> None:
    def explode(draft: Any, values: Any) -> Any:
        raise RuntimeError("no")

    known = rules.known_actions
    monkeypatch.setattr(rules, "known_actions", lambda: {**known(), "boom": FilterAction("boom", "Boom", explode)})
    monkeypatch.setattr("hookdesk_filters.cache.known_actions", rules.known_actions)
    high = priority_id(hookdesk_app, "high")
    make_filter(rule("Boom", do=does("boom")))
    make_filter(rule("Fires", FIRE, do=does("priority", to=high)))
    assert ticket(hookdesk_app, mail_in()).priority_id == high


def test_another_plugins_field_that_fails_takes_no_other_filter_along(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled], monkeypatch: Any
) -> None:
    def explode(draft: Any) -> Any:
        raise RuntimeError("no colour")

    field, known = Field("colour", "Colour", FieldType.TEXT, None, "colour", read=explode), rules.early_fields
    monkeypatch.setattr(rules, "early_fields", lambda: {**known(), "colour": field})
    monkeypatch.setattr("hookdesk_filters.cache.early_fields", rules.early_fields)
    high = priority_id(hookdesk_app, "high")
    make_filter(rule("Red", condition("colour", "is", "red"), do=does("quiet")))
    make_filter(rule("Fires", FIRE, do=does("priority", to=high)))
    settled = mail_in()
    assert ticket(hookdesk_app, settled).priority_id == high
    with hookdesk_app.app_context():
        decision = reading().scalars(select(Decision).where(Decision.plugin == "filters")).one()
        assert decision.rules[0]["outcome"] == "skipped: RuntimeError: no colour"


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (rule("", FIRE, do=does("quiet")), "name", "Give the filter a name"),
        (rule("x" * 101, FIRE, do=does("quiet")), "name", "at most 100 characters"),
        (rule("Nothing", FIRE), "actions", "Say what the filter does"),
        (rule("Unknown", FIRE, do=does("fly")), "actions", "no action fly"),
        (rule("Place", FIRE, do=does("department", to=999)), "actions", "choose a value that is there"),
        (rule("Empty", FIRE, do=does("reject", reason="")), "actions", "needs 1 to 300 characters"),
        (rule("Mail", FIRE, do=does("mail", to="a@", subject="x", body="y")), "actions", "a@ is no e-mail address"),
        (
            rule("Mail", FIRE, do=does("mail", to="a@b.example", subject="x", body="{{ nobody }}")),
            "actions",
            "no variable nobody",
        ),
        (
            rule("Pattern", condition("subject", "matches", "(a"), do=does("quiet")),
            "conditions",
            "no regular expression",
        ),
        (rule("Field", condition("gone", "is", "x"), do=does("quiet")), "conditions", "no field “gone”"),
        (rule("Late", condition("entries", "more", 3), do=does("quiet")), "conditions", "no field “entries”"),
        (rule("Many", FIRE, do=[does("quiet")] * 21), "actions", "at most 20 actions"),
        (rule("Pigeons", FIRE, do=does("quiet"), channels=("pigeon",)), "channels", "no channel “pigeon”"),
    ],
)
def test_what_cannot_be_done_is_not_stored(hookdesk_app: Flask, values: RuleValues, field: str, words: str) -> None:
    with hookdesk_app.app_context():
        with pytest.raises(RuleProblem, match=words) as caught:
            services.save(system("tests"), values)
        assert caught.value.field == field
        assert reading().scalar(select(func.count()).select_from(Rule)) == 0


def test_two_hundred_levels_and_five_thousand_choices(hookdesk_app: Flask) -> None:
    """Neither is an error of the program: one is refused in words, the other works."""
    deep: dict[str, Any] = {"mode": "all", "parts": [FIRE]}
    for _level in range(200):
        deep = {"mode": "any", "parts": [deep]}
    many = condition("organization", "in", list(range(1, 5001)))
    with hookdesk_app.app_context():
        with pytest.raises(RuleProblem, match="nested 5 deep"):
            services.save(system("tests"), RuleValues("Deep", {"version": 1, **deep}, (does("quiet"),)))
        assert services.save(system("tests"), rule("Many", many, do=does("quiet")))


def test_a_version_that_somebody_else_has_replaced_is_not_overwritten(
    hookdesk_app: Flask, make_filter: Callable[..., int]
) -> None:
    made = make_filter(rule("Fires", FIRE, do=does("quiet")))
    with hookdesk_app.app_context():
        services.save(system("bo"), rule("Fires", FIRE, do=does("no_alert")), made, seen=1)
        with pytest.raises(RuleProblem, match="Somebody else has saved"):
            services.save(system("ada"), rule("Fires", FIRE, do=does("quiet")), made, seen=1)
        with pytest.raises(RuleProblem, match="of this name already"):
            services.save(system("ada"), rule("fires", FIRE, do=does("quiet")))
        services.save(system("bo"), rule("Fires", FIRE, do=does("no_alert")), made, seen=2)
        assert reading().scalar(select(Rule.version)) == 2, "saving the same again makes no version"


def test_a_verdict_of_a_filter_can_be_seen_by_the_plugins_behind_it(
    hookdesk_app: Flask, make_filter: Callable[..., int], mail_in: Callable[..., Settled]
) -> None:
    """The chain of core is what decides; the filter's draft carries its verdict."""
    make_filter(rule("Spam", FIRE, do=does("reject", reason="no", told="", mail=False)))
    with hookdesk_app.app_context():
        message = InboundMessage("email", "a@b.example", subject="fire")
        changed = deciding.applied(TicketDraft(message, "fire", None, "email"))
        assert changed is not None
        assert changed.verdict == Verdict.reject("no")
        assert site().hooks.specs["filter_actions"]
