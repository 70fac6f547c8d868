"""An older site's topics survive the migrations, with whom they are for and which ids were given out."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hookdesk.db import migrate
from hookdesk.lifecycle.discovery import discover

TOPIC = "INSERT INTO p_topics__topic (id, name, is_public, is_active, position, intro) VALUES (?, ?, 1, 1, 0, '')"


def test_topics_keep_their_ids_and_audience_when_the_table_is_made_anew(tmp_path: Path) -> None:
    directory, file = discover()["topics"].migrations, tmp_path / "site.db"
    assert directory is not None
    migrate.upgrade(f"sqlite:///{file}")
    migrate.upgrade(f"sqlite:///{file}", "topics", directory, "0002")
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA foreign_keys=ON")
        db.executemany(TOPIC, [(1, "Parcels"), (2, "Letters"), (9, "Gone")])
        db.execute("DELETE FROM p_topics__topic WHERE id = 9")
        db.execute("INSERT INTO organization (id, name, notes, created_at) VALUES (1, 'Navy', '', '2026-01-01')")
        db.execute("INSERT INTO p_topics__audience VALUES (2, 1)")
    for step in (migrate.upgrade, migrate.downgrade, migrate.upgrade):
        step(f"sqlite:///{file}", "topics", directory, "0002" if step is migrate.downgrade else "head")
        with sqlite3.connect(file) as db:
            assert db.execute("SELECT id, name FROM p_topics__topic").fetchall() == [(1, "Parcels"), (2, "Letters")]
            assert db.execute("SELECT topic_id, organization_id FROM p_topics__audience").fetchall() == [(2, 1)]
            new = db.execute(TOPIC.replace("id, ", "", 1).replace("?, ?", "?"), ("New",)).lastrowid
            assert new == 10
            db.rollback()
