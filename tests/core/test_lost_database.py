"""A database that is lost must not look like one that is new: a site without plugins would open doors and drop mail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.counters import Counters
from hookdesk.db.engine import Database
from hookdesk.lifecycle.loader import states
from hookdesk.secrets import Keys
from hookdesk.server.preparing import bring_up_to_date
from hookdesk.settings import CoreSettings, SettingsStore
from hookdesk.site import site
from hookdesk.testing import Instances
from hookdesk.testing.instances import end


@pytest.fixture
def config(hookdesk_instances: Instances, tmp_path: Path) -> Config:
    return hookdesk_instances.copy(("topics", "portal"), tmp_path / "instance")


def lose(config: Config) -> None:
    """Something has written over the file."""
    for file in config.instance.glob("hookdesk.db*"):
        file.unlink()
    (config.instance / "hookdesk.db").write_bytes(b"no database" * 1000)


READS: dict[str, Callable[[Database], object]] = {
    "plugins": states,
    "counters": lambda db: Counters(db).read(),
    "settings": lambda db: SettingsStore(db, Keys(b"k" * 32)).form_values("core", CoreSettings),
}


@pytest.mark.parametrize("what", READS)
def test_no_process_begins_without_what_it_could_not_read(what: str, config: Config) -> None:
    lose(config)
    db = Database(config.database)
    with pytest.raises(DBAPIError):
        READS[what](db)
    db.dispose()


@pytest.mark.parametrize("what", READS)
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_new_database_has_nothing_yet(what: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}" if kind == "sqlite" else request.getfixturevalue("fresh_postgres_url")
    db = Database(url)
    assert READS[what](db) is not None
    db.dispose()


def test_a_process_that_runs_waits_for_it_and_says_so(config: Config) -> None:
    """It does not take itself for outdated, and answers in words."""
    app = create_app(config)
    with app.app_context():
        plugins = site().plugins
        site().db.dispose()
    lose(config)
    plugins._counts.forget()
    assert not plugins.is_outdated()
    client = app.test_client()
    health = client.get("/health")
    assert (health.status_code, health.get_json()["checks"]) == (503, {"database": "error"})
    page = client.get("/open")
    assert page.status_code == 500
    assert "<h1" in page.get_data(as_text=True)
    end(app)


def test_a_site_whose_database_is_away_does_not_start_and_says_why(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    away = Config(instance=tmp_path, database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert bring_up_to_date(away) == 1
    [line] = capfd.readouterr().err.strip().splitlines()
    assert line.startswith("hookdesk: the database cannot be used: ")
