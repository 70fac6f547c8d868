"""The OpenAPI document, and a machine that looks for what it promises and the site does not keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from tests.plugins.api_osticket.conftest import Program

from hookdesk.api import site
from hookdesk.plugins.caller import Implementation
from hookdesk_api_osticket import limits, openapi
from hookdesk_api_osticket.hookspecs import ApiHooks

pytestmark = pytest.mark.plugins("api_osticket", "storage_fs", "topics", "email_in")
OPERATIONS = ["/api/tickets.json", "/api/tickets.xml", "/api/tickets.email", "/api/tasks/cron"]


def test_anybody_may_read_the_document(hookdesk_app: Flask) -> None:
    document = hookdesk_app.test_client().get("/api/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == set(OPERATIONS)


def test_other_plugins_join_it(hookdesk_app: Flask) -> None:
    part = {"paths": {"/api/v1/tickets": {"get": {}}}, "components": {"schemas": {"Ticket": {"type": "object"}}}}
    with hookdesk_app.app_context():
        own = site().hooks.implementations(ApiHooks.openapi_parts.__name__)
        site().hooks.install(ApiHooks.openapi_parts.__name__, [*own, Implementation("rest", lambda: [part], ())])
        document = openapi.document()
    assert list(document["paths"]) == [*OPERATIONS, "/api/v1/tickets"]
    assert set(document["components"]["schemas"]) == {"OsTicketRequest", "Ticket"}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("path", OPERATIONS)
def test_schemathesis_finds_nothing(
    hookdesk_app: Flask, make_key: Callable[..., str], path: str, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WITHOUT_KEY", 1_000_000)  # it also calls without its key, and often
    program = Program(hookdesk_app, make_key(may_run_cron=True, calls_per_minute=1_000_000))

    def from_home(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return hookdesk_app({**environ, "REMOTE_ADDR": "127.0.0.1"}, start)

    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", from_home)
    # A schema cannot say which addresses mail can reach, nor what XML and mail look like: such a body may be turned away in words.
    schema.config.checks.positive_data_acceptance.expected_statuses = [
        "2xx",
        "422",
        *(("400",) if "json" not in path else ()),
    ]

    @settings(
        max_examples=30, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(case=schema[path]["POST"].as_strategy(generation_mode=mode))
    def call(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"X-API-Key": program.key})

    call()
