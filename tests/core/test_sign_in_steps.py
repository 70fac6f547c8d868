"""From a password to the desk: second proofs, duties, confirmation, networks, limits of sessions, other people's eyes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    AuthProvider,
    CoreSettings,
    Credentials,
    Duty,
    Factor,
    OutboxEvent,
    SignIn,
    admin,
    agent,
    complete_sign_in,
    confirmed,
    current_actor,
    public,
    reading,
    review_duties,
    site,
    system,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client, Clock

Door = Callable[..., None]


@pytest.fixture
def door(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> Door:
    """`door(factors=…, duties=…)`: one agent, ada, whose password is "right", and what a made-up plugin asks of them besides."""
    actor = make_agent(is_admin=True)
    pages = Blueprint("test", __name__, url_prefix="/agent/test")

    @pages.get("/code")
    @public
    def code() -> str:
        return complete_sign_in("agent")

    @pages.get("/duty")
    @agent()
    def duty() -> str:
        hooks.install("sign_in_duties", ())
        review_duties("agent", actor.user_id or 0)
        return "done"

    @pages.route("/bomb", methods=["GET", "POST"])
    @admin
    @confirmed
    def bomb() -> str:
        return "ticking"

    hookdesk_app.register_blueprint(pages)
    hooks = hookdesk_app.extensions["hookdesk"].hooks

    def check(credentials: Credentials) -> SignIn:
        good = credentials.password == "right" and credentials.login == "ada"
        return SignIn(actor.user_id) if good else SignIn(problem="wrong")

    def install(factors: object = (), duties: object = ()) -> None:
        def answer(value: object) -> object:
            if isinstance(value, Exception):
                raise value
            return value

        hooks.install("auth_providers", [Implementation("test", lambda: [AuthProvider("test", "Password")], ())])
        hooks.install("auth_authenticate", [Implementation("test", check, ("credentials",))])
        hooks.install("auth_factors", [Implementation("test", lambda: answer(factors), ())])
        hooks.install("sign_in_duties", [Implementation("test", lambda: answer(duties), ())])

    return install


def sign_in(client: Client) -> str:
    """Give the password; where that leads."""
    return client.submit("/agent/login", {"login": "ada", "password": "right"}, follow=False).headers.get(
        "Location", ""
    )


def test_a_password_is_half_of_two_proofs(door: Door, hookdesk_client: Client) -> None:
    """The desk stays shut until the second one is given."""
    door(factors=[Factor("code", "Code", "test.code")])
    assert sign_in(hookdesk_client) == "/agent/login/second"
    assert hookdesk_client.get("/agent/test/duty").headers["Location"].startswith("/agent/login")
    assert hookdesk_client.get("/agent/login/second").headers["Location"] == "/agent/test/code"
    assert hookdesk_client.get("/agent/test/code").text == "/agent/signed-in"
    assert hookdesk_client.get("/agent/test/duty").status_code == 200


def test_who_has_several_second_proofs_may_choose(door: Door, hookdesk_client: Client) -> None:
    """In the plugins' order."""
    door(factors=[Factor("b", "Mail", "test.duty", 60), Factor("a", "App", "test.code", 10)])
    sign_in(hookdesk_client)
    page = hookdesk_client.get("/agent/login/second").text
    assert 0 < page.index("/agent/test/code") < page.index("/agent/test/duty")


def test_a_second_proof_is_waited_for_ten_minutes(door: Door, hookdesk_client: Client, clock: Clock) -> None:
    """A browser that was left open there is no way in."""
    door(factors=[Factor("code", "Code", "test.code")])
    sign_in(hookdesk_client)
    clock.advance(minutes=11)
    assert hookdesk_client.get("/agent/login/second").headers["Location"] == "/agent/login"
    assert hookdesk_client.get("/agent/test/code").status_code == 404


def test_nobody_gets_in_by_half_while_a_plugin_fails(door: Door, hookdesk_client: Client) -> None:
    """Who cannot say whether there is a second proof does not open the door."""
    door(factors=RuntimeError("boom"))
    answer = hookdesk_client.submit("/agent/login", {"login": "ada", "password": "right"})
    assert answer.status_code == 503
    assert "test failed" in answer.text
    assert hookdesk_client.get("/agent/test/duty").status_code == 302


def test_a_duty_comes_before_every_other_page(door: Door, hookdesk_client: Client) -> None:
    """Once done, one gets on."""
    door(duties=[Duty("test.duty", "Choose a new password")])
    hookdesk_client.application.register_blueprint(_page())  # a page of somebody else
    sign_in(hookdesk_client)
    assert hookdesk_client.get("/agent/signed-in").headers["Location"] == "/agent/test/duty"
    assert hookdesk_client.get("/agent/else").headers["Location"] == "/agent/test/duty"
    assert hookdesk_client.get("/agent/test/duty").text == "done"
    assert hookdesk_client.get("/agent/else").text == "Ada Lovelace"


def test_a_duty_may_need_the_pages_of_others(door: Door, hookdesk_client: Client) -> None:
    """They stay open, and nothing else does."""
    door(duties=[Duty("test.duty", "Set up a second factor", ("other",))])
    hookdesk_client.application.register_blueprint(_page())
    sign_in(hookdesk_client)
    assert hookdesk_client.get("/agent/else").text == "Ada Lovelace"
    assert hookdesk_client.get("/agent/signed-in").headers["Location"] == "/agent/test/duty"


def test_a_policy_that_was_changed_holds_for_who_is_signed_in(door: Door, hookdesk_client: Client) -> None:
    """At the next page or form, and no longer than it is asked for."""
    door()
    hookdesk_client.application.register_blueprint(_page())
    sign_in(hookdesk_client)
    assert hookdesk_client.get("/agent/else").text == "Ada Lovelace"
    door(duties=[Duty("test.duty", "Choose a new password")])
    allow(hookdesk_client.application, session_days=3)
    sent = hookdesk_client.submit("/agent/account", to="/agent/else", follow=False)
    assert sent.headers["Location"] == "/agent/test/duty"
    assert hookdesk_client.get("/agent/confirm").status_code == 200  # nobody is locked in
    door()
    allow(hookdesk_client.application, session_days=4)
    assert hookdesk_client.get("/agent/else").text == "Ada Lovelace"


def test_what_time_brings_holds_after_five_minutes(door: Door, hookdesk_client: Client, clock: Clock) -> None:
    """A password that expires while somebody works, an administrator who asks one agent for a new one."""
    door()
    hookdesk_client.application.register_blueprint(_page())
    sign_in(hookdesk_client)
    door(duties=[Duty("test.duty", "Choose a new password")])
    clock.advance(minutes=4)
    assert hookdesk_client.get("/agent/else").text == "Ada Lovelace"
    clock.advance(minutes=2)
    assert hookdesk_client.get("/agent/else").headers["Location"] == "/agent/test/duty"


def test_pages_between_ask_nobody_what_has_to_be_done(door: Door, hookdesk_client: Client, clock: Clock) -> None:
    """It costs queries, and most pages must do without."""
    door()
    hookdesk_client.application.register_blueprint(_page())
    asked: list[int] = []

    def count(user_id: int) -> list[Duty]:
        asked.append(user_id)
        return []

    hooks = hookdesk_client.application.extensions["hookdesk"].hooks
    hooks.install("sign_in_duties", [Implementation("test", count, ("user_id",))])
    sign_in(hookdesk_client)
    for _ in range(3):
        hookdesk_client.get("/agent/else")
    assert len(asked) == 1


def _page() -> Blueprint:
    """A page that tells who looks at it."""
    pages = Blueprint("other", __name__)

    @pages.route("/agent/else", methods=["GET", "POST"])
    @agent()
    def somewhere() -> str:
        return current_actor().name

    return pages


def test_a_dangerous_page_asks_again_who_it_is(door: Door, hookdesk_client: Client, clock: Clock) -> None:
    """A quarter of an hour after the last proof, and then leads back to where one was."""
    door()
    sign_in(hookdesk_client)
    assert hookdesk_client.get("/agent/test/bomb").text == "ticking"
    clock.advance(minutes=16)
    assert hookdesk_client.get("/agent/test/bomb").headers["Location"] == "/agent/confirm"
    wrong = hookdesk_client.submit("/agent/confirm", {"password": "wrong"})
    assert wrong.status_code == 401
    assert hookdesk_client.get("/agent/test/bomb").status_code == 302
    right = hookdesk_client.submit("/agent/confirm", {"password": "right"}, follow=False)
    assert right.headers["Location"] == "/agent/test/bomb"
    assert hookdesk_client.get("/agent/test/bomb").text == "ticking"


def test_agents_come_from_their_networks(door: Door, hookdesk_client: Client) -> None:
    """From anywhere else a session is worth nothing; safe mode is the way back."""
    door()
    sign_in(hookdesk_client)
    allow(hookdesk_client.application, agent_networks=("192.0.2.0/24",))
    assert hookdesk_client.get("/agent/test/duty").status_code == 302
    refused = hookdesk_client.submit("/agent/login", {"login": "ada", "password": "right"})
    assert refused.status_code == 403
    assert "from here" in refused.text
    allow(hookdesk_client.application, agent_networks=("192.0.2.0/24", "127.0.0.1"))
    assert hookdesk_client.get("/agent/test/duty").status_code == 200


def test_whoever_proves_themselves_without_a_password_is_told_the_same(door: Door, hookdesk_client: Client) -> None:
    """And no session is opened, which would be worth something elsewhere."""
    door(factors=[Factor("code", "Code", "test.code")])
    sign_in(hookdesk_client)
    allow(hookdesk_client.application, agent_networks=("192.0.2.0/24",))
    assert hookdesk_client.get("/agent/test/code").text == "/agent/login"
    assert "from here" in hookdesk_client.get("/agent/login").text
    allow(hookdesk_client.application, agent_networks=())
    assert hookdesk_client.get("/agent/test/duty").status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 302)])
def test_a_session_ends_when_nobody_uses_it(
    door: Door, hookdesk_client: Client, clock: Clock, minutes: int, status: int
) -> None:
    """After as many minutes as the settings say."""
    door()
    allow(hookdesk_client.application, session_idle_minutes=30)
    sign_in(hookdesk_client)
    clock.advance(minutes=minutes)
    assert hookdesk_client.get("/agent/test/duty").status_code == status


def test_a_session_ends_however_busy_it_is(door: Door, hookdesk_client: Client, clock: Clock) -> None:
    """After as many days as the settings say."""
    door()
    allow(hookdesk_client.application, session_days=1, session_idle_minutes=600)
    sign_in(hookdesk_client)
    told = []
    for _hours in range(3):
        clock.advance(hours=9)
        told.append(hookdesk_client.get("/agent/test/duty").status_code)
    assert told == [200, 200, 302]


def test_a_session_may_be_bound_to_its_address(door: Door, hookdesk_client: Client) -> None:
    """A cookie that was carried elsewhere opens nothing there."""
    door()
    allow(hookdesk_client.application, session_bound_to_address=True)
    sign_in(hookdesk_client)
    assert hookdesk_client.get("/agent/test/duty", environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 302


def allow(app: Flask, **changes: object) -> None:
    """Change core's settings."""
    with app.app_context():
        site().settings.save("core", CoreSettings, changes, system())


def test_an_administrator_looks_through_others_eyes_and_changes_nothing(
    door: Door, hookdesk_client: Client, make_agent: Callable[..., Actor], hookdesk_app: Flask
) -> None:
    """It is logged, told on each page, and ends where it began."""
    door()
    bob = make_agent("bob", "Bob")
    hookdesk_app.register_blueprint(_page())
    eyes = Blueprint("eyes", __name__)

    @eyes.get("/agent/eyes/<int:agent_id>")
    @agent()
    def look(agent_id: int) -> str:
        from hookdesk.api import view_as

        view_as("agent", agent_id)
        return "looking"

    hookdesk_app.register_blueprint(eyes)
    sign_in(hookdesk_client)
    assert hookdesk_client.get(f"/agent/eyes/{bob.agent_id}").text == "looking"
    assert hookdesk_client.get("/agent/else").text == "Bob"
    assert hookdesk_client.get("/agent/test/bomb").status_code == 403  # bob is no administrator
    refused = hookdesk_client.submit("/agent/account", to="/agent/else")
    assert refused.status_code == 403
    assert "through the eyes of Bob" in refused.text
    assert hookdesk_client.get(f"/agent/eyes/{bob.agent_id}").status_code == 403  # nor through two pairs at once
    hookdesk_client.submit("/agent/account", to="/agent/stop-viewing", follow=False)
    assert hookdesk_client.get("/agent/else").text == "Ada Lovelace"
    with hookdesk_app.app_context():
        told = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "configuration_changed")).all()
        assert [(event.data["act"], event.data["name"]) for event in told] == [("viewed as", "Bob")]


def test_only_administrators_look_through_others_eyes(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    """And whoever is none any more stops at once."""
    bob, eve = make_agent("bob", "Bob"), make_agent("eve", "Eve")
    hookdesk_app.register_blueprint(_page())
    hookdesk_client.sign_in(eve)
    with hookdesk_client.session_transaction() as cookie:
        cookie["viewing"] = {"face": "agent", "id": bob.agent_id}
    assert hookdesk_client.get("/agent/else").text == "Eve"


def test_signing_in_at_one_face_leaves_the_other_as_it_is(
    door: Door, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    """An agent who asks elsewhere stays in the desk, with what has to be done there."""
    door(duties=[Duty("test.duty", "Choose a new password")])
    pages = Blueprint("portal_door", __name__)
    asking = make_agent("bob", "Bob")

    @pages.get("/come-in")
    @public
    def come_in() -> str:
        return complete_sign_in("portal", asking.user_id)

    hookdesk_client.application.register_blueprint(pages)
    hookdesk_client.application.register_blueprint(_page())
    sign_in(hookdesk_client)
    site_hooks = hookdesk_client.application.extensions["hookdesk"].hooks
    site_hooks.install("sign_in_duties", ())
    assert hookdesk_client.get("/come-in").text == "/signed-in"
    assert hookdesk_client.get("/agent/else").headers["Location"] == "/agent/test/duty"
