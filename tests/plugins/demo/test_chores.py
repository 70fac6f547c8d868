"""What the demo's agents keep for themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, organizations, reading, system
from hookdesk.testing.instances import Client
from hookdesk_demo import chores
from hookdesk_queues.models import Queue

pytestmark = [pytest.mark.plugins("queues", "desk", "storage_fs"), pytest.mark.requires("queues")]


def test_an_agent_has_a_queue_of_their_own(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    ada = make_agent("ada", "Ada Lovelace")
    with hookdesk_app.app_context():
        organizations.save_organization(system(), None, organizations.OrganizationData("Wheels Ltd", ""))
        chores.look_after(ada)
        assert reading().scalar(select(Queue.agent_id).where(Queue.title.contains("brakes"))) == ada.agent_id
    hookdesk_client.sign_in(ada)
    assert "Everything about brakes" in hookdesk_client.get("/agent/").get_data(as_text=True)
