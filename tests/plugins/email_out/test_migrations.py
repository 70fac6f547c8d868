"""What an admin has written among the settings goes with the words into their own table, on both databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

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
