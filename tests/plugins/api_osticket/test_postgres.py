"""The API on PostgreSQL, where NUL bytes, types and locks are taken more seriously."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from tests.plugins.api_osticket.conftest import TICKET, Program

from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, end, prepare

PLUGINS = ("api_osticket", "storage_fs", "topics", "email_in")
pytestmark = [pytest.mark.postgres, pytest.mark.requires(*PLUGINS)]


@pytest.fixture
def hookdesk_app(fresh_postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The site of this module's tests stands on PostgreSQL."""
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), list(PLUGINS))
    app = create_app(config)
    app.test_client_class = Client
    yield app
    end(app)


def test_odd_text_ids_and_doubles(
    program: Program, hookdesk_app: Flask, all_calls: Callable[[], list[Any]], run_jobs: Callable[..., int]
) -> None:
    odd = program.json(subject="a\x00b 🔥", topicId="9" * 30, priorityId=10**12, phone="\x00", **{"x\x00y": "\ud800"})
    assert odd.status_code == 201
    assert Program(hookdesk_app, "\x00" * 40).json().status_code == 401
    assert program.post("/api/tickets.email", b"From: a\x00@example.org\n\n\x00").status_code == 201
    body = hookdesk_app.json.dumps(TICKET)

    def call(_n: int) -> str:
        return program.post("/api/tickets.json", body, Idempotency_Key="once").text

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(call, range(4)))) == 1
    assert program.post("/api/tasks/cron").text == "Completed"
    assert all_calls()[0].ticket_id is not None
    run_jobs("api_osticket.clean_up")
