"""Who must have a second factor: a banner while there is time, then a duty, never a locked door."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, Department, OutboxEvent, Role, reading, site, transact
from hookdesk.api import clock as moments
from hookdesk.testing import Client, Clock
from hookdesk_totp.models import Secret

pytestmark = [pytest.mark.plugins("two_factor", "totp"), pytest.mark.requires("totp")]
OWN, ADMIN = "/agent/second-factors", "/admin/second-factors"
First = Callable[..., str]


@pytest.fixture
def ada(make_guarded: Callable[..., Actor], clock: Clock) -> Actor:
    """The only administrator, without a second factor."""
    return make_guarded("ada", is_admin=True)


@pytest.fixture
def rule(ada: Actor, hookdesk_app: Flask) -> Callable[..., str]:
    """`rule(everybody="1", grace_days="7")`: what the admin's form is sent with, in a browser of its own; what the page says."""

    def send(**given: object) -> str:
        client = hookdesk_app.test_client()
        assert isinstance(client, Client)
        client.sign_in(ada)
        return client.submit(ADMIN, {"grace_days": "0", **given}).text

    return send


def give_app(app: Flask, actor: Actor) -> None:
    """As if they had set one up."""
    with app.app_context():
        row = Secret(user_id=actor.user_id, secret="x", last_step=0, created_at=moments.now())
        transact(lambda session: session.add(row))


def where(client: Client) -> str:
    """Where somebody who signed in has to go first; "" if nowhere."""
    answer = client.get("/agent/password")
    return answer.location or ""


def test_nobody_must_unless_somebody_says_so(ada: Actor, first_step: First, hookdesk_client: Client) -> None:
    first_step()
    assert where(hookdesk_client) == ""


def test_the_last_administrator_is_led_to_set_one_up(
    rule: Callable[..., str], first_step: First, hookdesk_client: Client
) -> None:
    """Every page but those that it takes leads there; with one set up, the way is free."""
    assert "is saved" in rule(everybody="1")
    first_step()
    assert hookdesk_client.get("/agent/signed-in").location == OWN
    assert where(hookdesk_client) == OWN
    assert "Set one up to go on" in hookdesk_client.get(OWN).text
    page = hookdesk_client.get(f"{OWN}/app")
    assert page.status_code == 200

    secret = page.text.partition('data-copy="')[2][:32]
    hookdesk_client.submit(f"{OWN}/app", {"code": pyotp.TOTP(secret).at(moments.now())})
    assert where(hookdesk_client) == ""


def test_who_is_signed_in_when_the_rule_is_made_is_led_there_at_the_next_page(
    rule: Callable[..., str], first_step: First, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    """A rule for a role, too, which is no setting."""
    first_step()
    assert where(hookdesk_client) == ""
    with hookdesk_app.app_context():
        role = reading().scalar(select(Role.id).where(Role.name == "Agent"))
    rule(role=str(role))
    assert where(hookdesk_client) == OWN
    rule()
    assert where(hookdesk_client) == ""


def test_there_is_time_first(
    rule: Callable[..., str], first_step: First, hookdesk_client: Client, clock: Clock
) -> None:
    rule(everybody="1", grace_days="7")
    first_step()
    assert where(hookdesk_client) == ""
    assert "you have time until" in hookdesk_client.get("/agent/password").text
    assert "8" in hookdesk_client.get("/agent/password").text.partition("time until")[2][:20]
    clock.advance(days=8)
    first_step()
    assert where(hookdesk_client) == OWN


def test_the_time_is_given_once(
    rule: Callable[..., str], ada: Actor, first_step: First, hookdesk_client: Client, hookdesk_app: Flask, clock: Clock
) -> None:
    """Setting one up and taking it away again begins no new one."""
    rule(everybody="1", grace_days="7")
    first_step()
    hookdesk_client.submit("/agent/password", to="/agent/logout", follow=False)
    clock.advance(days=8)
    give_app(hookdesk_app, ada)
    with hookdesk_app.app_context():
        transact(lambda session: session.delete(session.get(Secret, ada.user_id)))
    first_step()
    assert where(hookdesk_client) == OWN


def test_roles_and_departments_may_need_one_alone(
    rule: Callable[..., str],
    make_guarded: Callable[..., Actor],
    first_step: First,
    hookdesk_client: Client,
    hookdesk_app: Flask,
) -> None:
    make_guarded("bob", "Bob")
    with hookdesk_app.app_context():
        held = reading().scalar(select(Role.id).where(Role.name == "Agent"))
        other = reading().scalar(select(Role.id).where(Role.name != "Agent"))
        department = reading().scalar(select(Department.id))
    for given, must in (
        ({"role": other}, False),
        ({"role": held}, True),
        ({}, False),
        ({"department": department}, True),
    ):
        rule(**given)
        first_step("bob")
        assert (where(hookdesk_client) == OWN) is must, given
        hookdesk_client.submit(OWN, to="/agent/logout", follow=False)


def test_without_a_kind_to_set_up_nobody_must(
    rule: Callable[..., str], first_step: First, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    rule(everybody="1")
    with hookdesk_app.app_context():
        site().hooks.install("second_factors", ())
    first_step()
    assert where(hookdesk_client) == ""


def test_the_admin_sees_who_has_which_and_resets(
    ada: Actor,
    make_guarded: Callable[..., Actor],
    hookdesk_client: Client,
    hookdesk_app: Flask,
    first_step: First,
    clock: Clock,
) -> None:
    bob = make_guarded("bob", "Bob")
    give_app(hookdesk_app, bob)
    hookdesk_client.sign_in(ada)
    page = hookdesk_client.get(ADMIN).text
    assert "Authenticator app" in page
    alone = hookdesk_client.get(f"{ADMIN}?show=without").text
    assert "Bob" not in alone.partition("section-title")[2]
    clock.advance(minutes=20)
    stopped = hookdesk_client.submit(ADMIN, to=f"{ADMIN}/{bob.agent_id}/reset", follow=False)
    assert stopped.location == "/agent/confirm"
    hookdesk_client.sign_in(ada)
    assert "Bob has no second factor any more" in hookdesk_client.submit(ADMIN, to=f"{ADMIN}/{bob.agent_id}/reset").text
    with hookdesk_app.app_context():
        told = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "configuration_changed")).all()
        assert (told[-1].data["act"], told[-1].data["name"]) == ("reset", "Bob")
    assert hookdesk_client.submit(ADMIN, to=f"{ADMIN}/99999/reset").status_code == 404


def test_the_rule_is_in_the_audit_by_name(rule: Callable[..., str], hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        role = reading().scalar(select(Role.id).where(Role.name == "Agent"))
    rule(role=role)
    with hookdesk_app.app_context():
        told = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "configuration_changed")).all()
        policy = next(event.data for event in told if event.data["kind"] == "policy")
        assert policy["changes"]["roles"] == [[], ["Agent"]]


def test_a_value_that_does_not_fit_is_refused(rule: Callable[..., str]) -> None:
    assert "not a number" in rule(grace_days="soon")


def test_agents_see_no_admin_page(make_guarded: Callable[..., Actor], hookdesk_client: Client) -> None:
    bob = make_guarded("bob", "Bob")
    hookdesk_client.sign_in(bob)
    assert hookdesk_client.get(ADMIN).status_code == 403
