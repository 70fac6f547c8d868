"""Who may call: keys, addresses, scopes, how often; and what the log says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from tests.plugins.api_osticket.conftest import TICKET, Program

from hookdesk.api import ActorKind, OutboxEvent, Ticket, reading, system, transact
from hookdesk.testing.instances import Clock
from hookdesk_api_osticket import calls, services
from hookdesk_api_osticket.models import ApiKey, Call

pytestmark = pytest.mark.plugins("api_osticket", "storage_fs")
MakeKey = Callable[..., str]
NOT_FOUND = "API key not found/active or source IP not authorized"


def tickets(app: Flask) -> int:
    with app.app_context():
        return int(reading().scalar(select(func.count()).select_from(Ticket)))


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        (("192.0.2.7",), "192.0.2.7", 201),
        (("192.0.2.7",), "192.0.2.8", 401),
        (("192.0.2.0/24",), "192.0.2.8", 201),
        (("192.0.2.0/24",), "::ffff:192.0.2.8", 201),
        (("192.0.2.0/24", "2001:db8::/32"), "2001:db8:1::5", 201),
        (("2001:db8::1",), "2001:db8:0:0::1", 201),
        (("2001:db8::1",), "2001:db8::2", 401),
        (("0.0.0.0/0",), "::1", 401),
    ],
)
def test_a_key_counts_only_from_its_own_addresses(
    hookdesk_app: Flask, make_key: MakeKey, networks: tuple[str, ...], address: str, status: int
) -> None:
    program = Program(hookdesk_app, make_key(networks))
    answer = program.post("/api/tickets.json", hookdesk_app.json.dumps(TICKET), address)
    assert answer.status_code == status
    assert tickets(hookdesk_app) == (status == 201)
    if status == 401:
        assert (answer.text, answer.content_type) == (NOT_FOUND, "text/plain; charset=utf-8")


def test_no_key_a_wrong_one_and_one_that_is_off_are_turned_away(
    hookdesk_app: Flask, make_key: MakeKey, program: Program
) -> None:
    assert Program(hookdesk_app, "").json().text == "Valid API key required"
    right = program.key
    for wrong in (
        right[:-1] + ("0" if right[-1] != "0" else "1"),
        right[:8],
        right.lower(),
        "ü" * 20,
        "x" * 5000,
        right + "0",
    ):
        answer = Program(hookdesk_app, wrong).json()
        assert (answer.status_code, answer.text) == (401, NOT_FOUND)
        assert "WWW-Authenticate" in answer.headers
    off = Program(hookdesk_app, make_key(is_active=False))
    assert off.json().text == NOT_FOUND
    assert tickets(hookdesk_app) == 0


def test_a_key_does_what_its_scopes_say_and_no_more(hookdesk_app: Flask, make_key: MakeKey) -> None:
    opens = Program(hookdesk_app, make_key())
    runs = Program(hookdesk_app, make_key(may_create_tickets=False, may_run_cron=True))
    for path in ("/api/tasks/cron", "/api/http.php/tasks/cron"):
        assert (opens.post(path).status_code, opens.post(path).text) == (401, "API key not authorized")
        assert (runs.post(path).status_code, runs.post(path).text) == (200, "Completed")
    assert (runs.json().status_code, runs.json().text) == (401, "API key not authorized")
    assert opens.json().status_code == 201


def test_cookies_of_a_signed_in_administrator_open_nothing(
    hookdesk_client: Any, make_agent: Callable[..., Any], hookdesk_app: Flask
) -> None:
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    assert hookdesk_client.post("/api/tickets.json", json=TICKET).status_code == 401
    assert hookdesk_client.post("/api/tasks/cron").status_code == 401


def test_behind_a_proxy_the_address_that_it_tells_counts(
    hookdesk_instances: Any, tmp_path: Any, hookdesk_app: Flask, make_key: MakeKey
) -> None:
    from dataclasses import replace

    from hookdesk.api import site
    from hookdesk.app import create_app
    from hookdesk.testing.instances import end

    key = make_key(("203.0.113.5",))
    with hookdesk_app.app_context():
        config = replace(site().config, trusted_proxies=1)
    behind = create_app(config)
    body = hookdesk_app.json.dumps(TICKET)
    assert Program(behind, key).post("/api/tickets.json", body, X_Forwarded_For="203.0.113.5").status_code == 201
    # what a client writes there itself stands further left and counts for nothing
    spoofed = Program(behind, key).post("/api/tickets.json", body, X_Forwarded_For="203.0.113.5, 198.51.100.1")
    assert spoofed.status_code == 401
    end(behind)
    direct = Program(hookdesk_app, key).post("/api/tickets.json", body, X_Forwarded_For="203.0.113.5")
    assert direct.status_code == 401


def test_only_a_hash_of_a_key_is_kept(
    hookdesk_app: Flask, program: Program, all_keys: Callable[[], list[ApiKey]]
) -> None:
    key = all_keys()[0]
    assert key.prefix == program.key[:8]
    assert len(program.key) == 40
    stored = str({column.name: getattr(key, column.name) for column in ApiKey.__table__.columns})
    assert program.key not in stored
    with hookdesk_app.app_context():
        events = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "configuration_changed"))
        told = [event.data for event in events if event.data["kind"] == "API key"]
    assert told[0]["act"] == "created"
    assert program.key[8:] not in str(told)


def test_the_log_of_calls_holds_each_call_and_no_secret(
    hookdesk_app: Flask, program: Program, all_calls: Callable[[], list[Call]]
) -> None:
    number = program.json().text
    program.json(subject=None)
    Program(hookdesk_app, "nonsense" * 4).json()
    program.post("/api/tickets.yaml", "x")
    program.post("/api/tasks/cron")
    lines = all_calls()
    assert [(line.operation, line.status) for line in lines] == [
        ("tickets.json", 201), ("tickets.json", 422), ("tickets.json", 401), ("tickets.yaml", 415), ("tasks/cron", 200),
    ]  # fmt: skip
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.number).where(Ticket.id == lines[0].ticket_id)) == number
    assert [line.key_id is None for line in lines] == [False, False, True, False, False]
    assert {line.address for line in lines} == {"127.0.0.1"}
    written = str([[getattr(line, column.name) for column in Call.__table__.columns] for line in lines])
    assert program.key not in written
    assert "nonsense" not in written
    assert TICKET["message"] not in written


def test_the_log_is_bounded(
    hookdesk_app: Flask, program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch, run_jobs: Callable[..., int]
) -> None:
    def count() -> int:
        with hookdesk_app.app_context():
            return int(reading().scalar(select(func.count()).select_from(Call)))

    for _ in range(5):
        program.post("/api/tasks/cron")
    monkeypatch.setattr(calls, "MOST_CALLS", 3)
    run_jobs("api_osticket.clean_up")
    assert count() == 3
    clock.advance(days=31)
    run_jobs("api_osticket.clean_up")
    assert count() == 0


def test_when_a_key_was_used_last_is_kept_by_the_minute(
    program: Program, clock: Clock, all_keys: Callable[[], list[ApiKey]]
) -> None:
    assert all_keys()[0].last_used_at is None
    program.json()
    first = clock.now
    clock.advance(seconds=30)
    program.json()
    assert all_keys()[0].last_used_at == first
    clock.advance(seconds=31)
    program.json()
    assert all_keys()[0].last_used_at == clock.now


def test_each_key_has_its_own_count_and_is_told_what_is_left(hookdesk_app: Flask, make_key: MakeKey) -> None:
    few, other = Program(hookdesk_app, make_key(calls_per_minute=2)), Program(hookdesk_app, make_key())
    first = few.json()
    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("2", "1")
    assert 0 <= int(first.headers["RateLimit-Reset"]) <= 61
    assert few.post("/api/tickets.xml", "<nothing/>").headers["RateLimit-Remaining"] == "0"
    beyond = few.json()
    assert (beyond.status_code, beyond.mimetype) == (429, "text/plain")
    assert beyond.headers["RateLimit-Remaining"] == "0"
    assert 0 <= int(beyond.headers["Retry-After"]) <= 61
    assert "<" not in beyond.text
    assert other.json().status_code == 201
    assert tickets(hookdesk_app) == 2


def test_the_site_s_limit_holds_for_keys_without_their_own(hookdesk_app: Flask, program: Program) -> None:
    from hookdesk.api import site
    from hookdesk_api_osticket.settings import Settings

    with hookdesk_app.app_context():
        site().settings.save("api_osticket", Settings, {"calls_per_minute": 1}, system("tests"))
    assert [program.json().status_code for _ in range(2)] == [201, 429]


def test_guessing_keys_is_slowed_down_and_a_good_key_beside_it_is_not(
    hookdesk_app: Flask, program: Program, all_calls: Callable[[], list[Call]]
) -> None:
    guess = Program(hookdesk_app, program.key[:8] + "0" * 32)
    codes = [guess.post("/api/tasks/cron").status_code for _ in range(40)]
    assert (codes.count(401), codes.count(429)) == (30, 10)
    assert len(all_calls()) == 30
    assert program.json().status_code == 201


def test_guessing_from_many_addresses_of_one_network_is_counted_together(hookdesk_app: Flask) -> None:
    guess = Program(hookdesk_app, "0" * 40)
    codes = [guess.post("/api/tasks/cron", address=f"2001:db8::{n:x}").status_code for n in range(31)]
    assert codes == [401] * 30 + [429]
    assert guess.post("/api/tasks/cron", address="2001:db8:0:1::1").status_code == 401


def test_a_key_is_changed_and_deleted(
    hookdesk_app: Flask, program: Program, all_keys: Callable[[], list[ApiKey]]
) -> None:
    key_id = all_keys()[0].id
    actor = system("tests")
    assert actor.kind is ActorKind.SYSTEM
    with hookdesk_app.app_context():
        services.change(actor, key_id, services.Values("Shop", ("192.0.2.1",)))
    assert program.json().status_code == 401
    with hookdesk_app.app_context():
        services.remove(actor, key_id)
        with pytest.raises(LookupError):
            services.remove(actor, key_id)
        with pytest.raises(LookupError):
            services.change(actor, key_id, services.Values("Shop", ("192.0.2.1",)))
    assert all_keys() == []


def test_cron_wakes_what_is_due(hookdesk_app: Flask, program: Program) -> None:
    from hookdesk.api import clock as site_clock
    from hookdesk.api import site
    from hookdesk.jobs import scheduler
    from hookdesk.models import JobRun

    with hookdesk_app.app_context():
        folder = site().config.instance / "run" / "wake"
        folder.mkdir(parents=True, exist_ok=True)
        scheduler.register()
        later = site_clock.now().replace(year=2999)
        transact(lambda session: session.execute(update(JobRun).where(JobRun.name != "cleanup").values(due_at=later)))
    assert program.post("/api/tasks/cron").text == "Completed"
    assert [file.name for file in folder.iterdir()] == ["cleanup"]
