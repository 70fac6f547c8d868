"""A form is taken with a solution, once; without one now and then; with anything else not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hookdesk.api import Actor, ActorKind, site, system
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client, Clock
from hookdesk.testing.instances import SECRET, end, prepare
from hookdesk_proof_of_work import puzzle
from hookdesk_proof_of_work.plugin import Settings

PLUGINS = ("proof_of_work", "accounts", "portal", "storage_fs")
pytestmark = pytest.mark.plugins(*PLUGINS)
FORM = {"name": "Grace", "email": "grace@example.org", "subject": "Fire", "message": "Help"}


def configure(app: Flask, **values: int) -> None:
    with app.app_context():
        site().settings.save("proof_of_work", Settings, {"bits": 8, **values}, system())


@pytest.fixture(autouse=True)
def easy(request: pytest.FixtureRequest) -> None:
    """Nobody waits for a test."""
    if "postgres" not in request.node.keywords:
        configure(request.getfixturevalue("hookdesk_app"))


def can_mail(app: Flask) -> None:
    """Somebody is there who would mail: pages ask for no more."""
    with app.app_context():
        site().hooks.install("mail_secret", [Implementation("a mailbox", lambda: True, ())])


def challenge(client: Client, page: str = "/open") -> str:
    found = re.search(r'name="proof_challenge" value="([^"]+)"', client.get(page).text)
    assert found is not None
    return found[1]


def solution(app: Flask, text: str, form: str = "open") -> str:
    with app.app_context():
        asked = puzzle.read(form, text)
        assert asked is not None
        return next(str(number) for number in count() if puzzle.is_solved(asked, str(number)))


def send(client: Client, text: str, answer: str) -> TestResponse:
    return client.submit("/open", {**FORM, "proof_challenge": text, "proof_answer": answer}, follow=False)


def test_a_solution_counts_once(hookdesk_app: Flask, hookdesk_client: Client) -> None:
    configure(hookdesk_app, unsolved_an_hour=0)
    text = challenge(hookdesk_client)
    answer = solution(hookdesk_app, text)
    assert send(hookdesk_client, text, answer).status_code == 303
    again = send(hookdesk_client, text, answer)
    assert again.status_code == 422
    assert "sent twice" in again.text
    assert "Help" in again.text  # what was written is kept


def test_what_was_not_made_here_or_for_another_form_or_long_ago_counts_nothing(
    hookdesk_app: Flask, hookdesk_client: Client, clock: Clock
) -> None:
    can_mail(hookdesk_app)
    text = challenge(hookdesk_client)
    easier = re.sub(r"-8-", "-0-", text)
    for forged in ("", easier, "é" * 40, challenge(hookdesk_client, "/sign-up")):
        assert send(hookdesk_client, forged, "0").status_code == 422
    answer = solution(hookdesk_app, text)
    clock.advance(hours=3)
    assert send(hookdesk_client, text, answer).status_code == 422


def test_without_a_script_a_few_an_hour_are_taken(hookdesk_app: Flask, hookdesk_client: Client, clock: Clock) -> None:
    configure(hookdesk_app, unsolved_an_hour=2)
    answers = [send(hookdesk_client, challenge(hookdesk_client), "").status_code for _ in range(3)]
    assert answers == [303, 303, 422]
    text = challenge(hookdesk_client)
    assert send(hookdesk_client, text, solution(hookdesk_app, text)).status_code == 303
    clock.advance(minutes=61)
    assert send(hookdesk_client, challenge(hookdesk_client), "").status_code == 303


def test_a_mistake_in_the_form_does_not_use_the_solution_up(hookdesk_app: Flask, hookdesk_client: Client) -> None:
    configure(hookdesk_app, unsolved_an_hour=0)
    text = challenge(hookdesk_client)
    answer = solution(hookdesk_app, text)
    fields = {**FORM, "subject": "", "proof_challenge": text, "proof_answer": answer}
    assert hookdesk_client.submit("/open", fields).status_code == 422
    assert send(hookdesk_client, text, answer).status_code == 303


def test_signing_up_asks_too_and_who_is_signed_in_is_not_asked(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., object], make_agent: Callable[..., Actor]
) -> None:
    configure(hookdesk_app, unsolved_an_hour=0)
    can_mail(hookdesk_app)
    person = {"name": "Grace", "email": "grace@example.org"}
    assert hookdesk_client.submit("/sign-up", person).status_code == 422
    text = challenge(hookdesk_client, "/sign-up")
    proof = {"proof_challenge": text, "proof_answer": solution(hookdesk_app, text, "sign_up")}
    assert hookdesk_client.submit("/sign-up", {**person, **proof}).status_code == 200
    grace = Actor(kind=ActorKind.REQUESTER, name="Grace", user_id=make_agent().user_id)
    hookdesk_client.sign_in(grace)
    assert "proof_challenge" not in hookdesk_client.get("/open").text
    assert hookdesk_client.submit("/open", {"subject": "Fire", "message": "Help"}, follow=False).status_code == 303


def test_what_was_used_is_forgotten(hookdesk_client: Client, run_jobs: Callable[..., int], clock: Clock) -> None:
    send(hookdesk_client, challenge(hookdesk_client), "")
    assert run_jobs("proof_of_work.clean_up") == 0
    clock.advance(hours=3)
    assert run_jobs("proof_of_work.clean_up") == 1


@pytest.mark.postgres
def test_the_same_on_postgresql(fresh_postgres_url: str, tmp_path: Path) -> None:
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), list(PLUGINS))
    app = create_app(config)
    app.test_client_class = Client
    configure(app, unsolved_an_hour=1)
    client = app.test_client()
    assert isinstance(client, Client)
    text = challenge(client)
    assert [send(client, text, solution(app, text)).status_code for _ in range(2)] == [303, 422]
    assert [send(client, challenge(client), "\0").status_code for _ in range(2)] == [303, 422]
    end(app)
