"""What the tests of made-up data share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, Department, Role, actors, people, reading, release, transact
from hookdesk.testing import Client


@pytest.fixture
def make_admin() -> Callable[[Flask], Client]:
    """A browser with an administrator of some site."""

    def make(app: Flask) -> Client:
        with app.app_context():
            release()
            places = {
                "department_id": reading().scalar(select(Department.id).order_by(Department.id).limit(1)) or 0,
                "role_id": reading().scalar(select(Role.id).order_by(Role.id).limit(1)) or 0,
            }
            agent_id = transact(
                lambda session: (
                    people.create_agent(
                        session, login="root", name="Root", address="root@example.org", is_admin=True, **places
                    ).id
                )
            )
            actor = actors.agent_actor(agent_id)
        assert isinstance(actor, Actor)
        client = app.test_client()
        assert isinstance(client, Client)
        client.sign_in(actor)
        return client

    return make
