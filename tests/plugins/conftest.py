"""For the plugins around signing in: an agent with a password, and the first step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import Actor, AuthHooks, site
from hookdesk.testing import Client

OPEN_SESAME = "wheels within wheels"


@pytest.fixture
def make_guarded(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> Callable[..., Actor]:
    """`make_guarded("ada")`: an agent whose password is OPEN_SESAME."""

    def make(login: str = "ada", name: str = "Ada Lovelace", *, is_admin: bool = False) -> Actor:
        actor = make_agent(login, name, is_admin=is_admin)
        with hookdesk_app.app_context():
            assert site().hooks.first(AuthHooks.auth_set_password, user_id=actor.user_id or 0, password=OPEN_SESAME)
        return actor

    return make


@pytest.fixture
def first_step(hookdesk_client: Client) -> Callable[..., str]:
    """`first_step("ada")`: give the right password; where that leads."""

    def give(login: str = "ada", client: Client = hookdesk_client) -> str:
        answer = client.submit("/agent/login", {"login": login, "password": OPEN_SESAME}, follow=False)
        return answer.headers.get("Location", "")

    return give
