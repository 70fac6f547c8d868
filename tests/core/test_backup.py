"""A backup holds all of an instance, and an unsound one changes nothing."""

from __future__ import annotations

import fcntl
import gzip
import io
import os
import sqlite3
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from hookdesk.app import create_app
from hookdesk.backup import database, instance
from hookdesk.backup.archive import BackupError
from hookdesk.backup.instance import restore, write
from hookdesk.config import Config
from hookdesk.models import Ticket
from hookdesk.site import site
from hookdesk.testing.instances import end


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration of the archive counts here, not that of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("HOOKDESK_") and name != "HOOKDESK_TEST_SERVERS"]:
        monkeypatch.delenv(name)


@pytest.fixture
def config(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> Config:
    """An instance with a ticket and some files."""
    make_ticket(subject="The printer is on fire")
    with hookdesk_app.app_context():
        found = site().config
    for name, content in {
        "instance.key": "key", "hookdesk.toml": 'base_url = "https://help.example"\n', "attachments/ab/cdef": "bytes",
        "spool/new/1.mail": "mail", "templates/x.html": "mine", "run/serve.lock": "1", "valkey/appendonly.aof": "hints",
        "backup-before-core-0001.db": "old", "before-restore-20260101/hookdesk.db": "older",
    }.items():  # fmt: skip
        file = found.instance / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return found


def subjects(config: Config) -> list[str]:
    """The tickets of an instance, as its application sees them."""
    app = create_app(config)
    with app.app_context(), site().db.read() as reading:
        found = [row[0] for row in reading.all(select(Ticket.subject))]
    end(app)
    return found


def names(file: Path) -> set[str]:
    """The members of an archive."""
    with tarfile.open(file) as tar:
        return set(tar.getnames())


def test_all_that_makes_an_instance_comes_back(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    write(config, file)
    assert names(file) == {
        "manifest.json", "database.sqlite", "spool/new/1.mail",
        "files/instance.key", "files/hookdesk.toml", "files/attachments/ab/cdef", "files/templates/x.html",
    }  # fmt: skip
    assert file.stat().st_mode & 0o077 == 0
    there = replace(config, instance=tmp_path / "there")
    assert restore(there, file) is None
    assert subjects(there) == ["The printer is on fire"]
    for name in ("instance.key", "attachments/ab/cdef", "spool/new/1.mail", "templates/x.html"):
        assert (there.instance / name).read_text() == (config.instance / name).read_text()
    assert (there.instance / "run" / "wake").is_dir()


def test_the_copy_is_of_one_moment_while_somebody_writes(config: Config, tmp_path: Path) -> None:
    writer = sqlite3.connect(config.instance / "hookdesk.db")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM ticket")
    write(config, tmp_path / "backup.tar.gz")
    writer.rollback()
    writer.close()
    there = replace(config, instance=tmp_path / "there")
    restore(there, tmp_path / "backup.tar.gz")
    assert subjects(there) == ["The printer is on fire"]


def test_what_is_there_is_kept_and_not_touched_without_force(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    write(config, file)
    (config.instance / "instance.key").write_text("another key")
    with pytest.raises(BackupError, match="not empty"):
        restore(config, file)
    assert (config.instance / "instance.key").read_text() == "another key"
    aside = restore(config, file, force=True)
    assert aside is not None
    assert (aside / "instance.key").read_text() == "another key"
    assert (config.instance / "instance.key").read_text() == "key"
    assert subjects(config) == ["The printer is on fire"]


def test_a_site_that_runs_is_not_restored_over(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    write(config, file)
    with (config.instance / "run" / "serve.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="being served"):
            restore(config, file, force=True)


def damaged(file: Path, how: str) -> None:
    """Spoil an archive."""
    content = file.read_bytes()
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "no archive":
        file.write_bytes(b"hello")
    elif how == "another tar":
        with tarfile.open(file, "w:gz") as tar:
            tar.addfile(tarfile.TarInfo("hello"))
    elif how == "changed":
        plain = bytearray(gzip.decompress(content))
        place = plain.index(b"bytes")  # the attachment
        plain[place : place + 5] = b"BYTES"
        file.write_bytes(gzip.compress(bytes(plain)))
    elif how == "outside":
        add(file, content, "files/../../escaped")
    elif how == "unlisted":
        add(file, content, "files/more")


def add(file: Path, content: bytes, name: str) -> None:
    """Add a member that the manifest does not know."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content))) as old, tarfile.open(file, "w:gz") as new:
        for member in old:
            new.addfile(member, old.extractfile(member))
        extra = tarfile.TarInfo(name)
        extra.size = 1
        new.addfile(extra, io.BytesIO(b"x"))


@pytest.mark.parametrize("how", ["cut", "no archive", "another tar", "changed", "outside", "unlisted"])
def test_an_unsound_archive_changes_nothing(config: Config, tmp_path: Path, how: str) -> None:
    file = tmp_path / "backup.tar.gz"
    write(config, file)
    damaged(file, how)
    there = replace(config, instance=tmp_path / "deep" / "there")
    with pytest.raises(BackupError, match=r"Nothing was changed\."):
        restore(there, file)
    assert list(there.instance.iterdir()) == []
    assert not (tmp_path / "escaped").exists()
    assert not (tmp_path / "deep" / "escaped").exists()


def test_a_backup_that_fails_leaves_nothing_behind(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with (config.instance / "hookdesk.db").open("r+b") as spoilt:
        spoilt.seek(4096)
        spoilt.write(b"\0" * 200_000)
    with pytest.raises(BackupError, match=r"damaged|copied"):
        write(config, folder / "backup.tar.gz")
    assert list(folder.iterdir()) == []
    (folder / "there.tar.gz").touch()
    with pytest.raises(BackupError, match="exists already"):
        write(config, folder / "there.tar.gz")


def test_a_full_disk_is_told_and_leaves_nothing_behind(config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "backup.tar.gz.partial").symlink_to("/dev/full")
    with pytest.raises(BackupError, match="No space left on device"):
        write(config, folder / "backup.tar.gz")
    assert list(folder.iterdir()) == []


def test_a_backup_inside_the_instance_does_not_hold_itself(config: Config) -> None:
    for name in ("first.tar.gz", "second.tar.gz"):
        write(config, config.instance / name)
    assert not [member for member in names(config.instance / "second.tar.gz") if "tar.gz" in member]


def test_an_archive_of_the_other_database_is_refused(config: Config, tmp_path: Path) -> None:
    (config.instance / "hookdesk.toml").write_text('database_url = "postgresql+psycopg://nobody@127.0.0.1:1/none"\n')
    write(config, tmp_path / "backup.tar.gz")
    with pytest.raises(BackupError, match=r"holds a sqlite database, but postgresql is configured"):
        restore(replace(config, instance=tmp_path / "there"), tmp_path / "backup.tar.gz")


def test_a_database_outside_the_instance_comes_back_to_its_place(config: Config, tmp_path: Path) -> None:
    place = tmp_path / "data" / "desk.db"
    place.parent.mkdir()
    database.dump(config, place)
    url = f"sqlite:///{place}"
    (config.instance / "hookdesk.toml").write_text(f'database_url = "{url}"\n')
    config = replace(config, database_url=url)
    write(config, tmp_path / "backup.tar.gz")
    place.write_bytes(b"spoilt")
    place.rename(place.with_name("spoilt.db"))
    there = replace(config, instance=tmp_path / "there", database_url="")
    restore(there, tmp_path / "backup.tar.gz")
    assert subjects(replace(there, database_url=url)) == ["The printer is on fire"]


@pytest.mark.postgres
def test_postgresql_is_dumped_and_loaded(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKDESK_DATABASE_URL", postgres_url)
    config = Config(instance=tmp_path / "here", database_url=postgres_url)
    (config.spool / "new").mkdir(parents=True)
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ticket (subject text)"))
        connection.execute(text("INSERT INTO ticket VALUES ('fire')"))
    file = tmp_path / "backup.tar.gz"
    write(config, file)
    with engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET subject = 'water'"))
    there = replace(config, instance=tmp_path / "there")
    with pytest.raises(BackupError, match="not empty"):
        restore(there, file)
    restore(there, file, force=True)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT subject FROM ticket")).scalars().all() == ["fire"]
        connection.execute(text("DROP TABLE ticket"))
    engine.dispose()


def test_the_members_have_stable_names() -> None:
    assert (instance.FILES, instance.SPOOL) == ("files", "spool"), "older archives have them"
