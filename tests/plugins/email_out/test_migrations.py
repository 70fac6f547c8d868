"""What an admin has written among the settings goes with the words into their own table, on both databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from hookdesk.db import migrate
from hookdesk.lifecycle.discovery import discover
from hookdesk_email_out.default_words import REPLY

FOLDER = Path(str(discover()["email_out"].migrations))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'migrated.db'}"
    return str(request.getfixturevalue("fresh_postgres_url"))


def test_words_among_the_settings_are_taken_over(url: str) -> None:
    """Those that somebody has written, whichever they are, and no default that was stored with them."""
    migrate.upgrade(url)
    migrate.upgrade(url, "email_out", FOLDER, "0002")
    values = {"host": "mail.example", "words_reply": REPLY, "words_alert": "Look:\n{{ text }} ✓", "words_received": ""}
    row = {"scope": "email_out", "version": 1, "values": json.dumps(values), "updated_at": "2026-01-01 00:00:00+00:00"}
    engine = create_engine(url)
    try:
        stored = (
            'INSERT INTO setting (scope, version, "values", updated_at) VALUES (:scope, :version, :values, :updated_at)'
        )
        with engine.begin() as connection:
            connection.execute(text(stored), row)
        for _again in range(2):
            migrate.upgrade(url, "email_out", FOLDER)
            with engine.connect() as connection:
                asked = text(
                    "SELECT kind, text, locale, number FROM p_email_out__words WHERE is_current AND set_id IS NULL"
                )
                found = {kind: words for kind, words, *_rest in connection.execute(asked)}
            assert found.pop("received") == ""
            assert len(found) == 6
            assert set(found.values()) == {"Look:\n{{ text }} ✓"}
            assert all(kind.endswith("_alert") for kind in found)
            migrate.downgrade(url, "email_out", FOLDER, "0002")
        assert migrate.downgrade(url, "email_out", FOLDER) == ""
        assert migrate.tables(url, "email_out") == []
    finally:
        engine.dispose()


def test_the_server_among_the_settings_becomes_the_first_account(url: str) -> None:
    """With its password as it was stored; back among the settings on the way down, and the same account on the way up again."""
    migrate.upgrade(url)
    migrate.upgrade(url, "email_out", FOLDER, "0004")
    server = {
        "host": "mail.example", "port": 465, "security": "tls", "username": "help", "password": "encrypted:gAAAA", "timeout": 20,
        "from_address": "help@desk.example", "from_name": "Help",
    }  # fmt: skip
    engine = create_engine(url)
    try:
        store(engine, {**server, "max_attempts": 3})
        for _again in range(2):
            migrate.upgrade(url, "email_out", FOLDER)
            with engine.connect() as connection:
                row = connection.execute(text("SELECT * FROM p_email_out__account")).mappings().one()
                assert (row["host"], row["port"], row["security"], row["username"]) == (
                    "mail.example",
                    465,
                    "tls",
                    "help",
                )
                assert (row["password"], row["timeout"], row["sender_name"]) == ("encrypted:gAAAA", 20, "Help")
                assert (row["name"], row["address"]) == ("help@desk.example", "help@desk.example")
                assert (bool(row["is_default"]), bool(row["is_active"])) == (True, True)
                assert settings(connection) == {"max_attempts": 3}
            migrate.downgrade(url, "email_out", FOLDER, "0004")
            with engine.connect() as connection:
                assert settings(connection) == {**server, "max_attempts": 3}
        assert migrate.downgrade(url, "email_out", FOLDER) == ""
    finally:
        engine.dispose()


def test_a_site_that_never_set_a_server_gets_no_account(url: str) -> None:
    migrate.upgrade(url)
    migrate.upgrade(url, "email_out", FOLDER)
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM p_email_out__account")) == 0
    finally:
        engine.dispose()


def store(engine: Engine, values: dict[str, Any]) -> None:
    """Settings of outgoing mail as version 2 kept them."""
    row = {"values": json.dumps(values), "updated_at": "2026-01-01 00:00:00+00:00"}
    stored = (
        "INSERT INTO setting (scope, version, \"values\", updated_at) VALUES ('email_out', 2, :values, :updated_at)"
    )
    with engine.begin() as connection:
        connection.execute(text(stored), row)


def settings(connection: Connection) -> dict[str, Any]:
    """What is stored of them."""
    found = connection.scalar(text("SELECT \"values\" FROM setting WHERE scope = 'email_out'"))
    return dict(found if isinstance(found, dict) else json.loads(found))
