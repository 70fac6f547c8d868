"""What can go wrong on the way from the mail server to the ledger: nothing is lost, nothing is doubled, and the server is told."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from hookdesk.api import intake, site
from hookdesk.db import sqlite
from hookdesk_email_in import services
from hookdesk_email_in.spool import Spool

MAIL = b"From: grace@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Fire\r\n\r\nIt burns.\r\n"
RECIPES = Path(__file__).parents[3] / "docs" / "operations.md"


def pipe(instance: Path, mail: bytes, most_bytes: int | None = None) -> subprocess.CompletedProcess[bytes]:
    """Pipe one mail in; with `most_bytes` the disk is full once a file is so long."""
    limit = (lambda: setrlimit(RLIMIT_FSIZE, (most_bytes, most_bytes))) if most_bytes else None
    command = [sys.executable, "-m", "hookdesk_email_in.pipe", "--instance", str(instance)]
    return subprocess.run(command, input=mail, capture_output=True, timeout=60, check=False, preexec_fn=limit)


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = pipe(tmp_path, MAIL + b"x" * 200_000, most_bytes=100_000)
    assert done.returncode == 75
    assert b"tried again later" in done.stderr
    assert Spool(tmp_path).names() == []
    assert list((tmp_path / "spool" / "tmp").iterdir()) == []
    assert pipe(tmp_path, MAIL, most_bytes=100_000).returncode == 0
    assert len(Spool(tmp_path).names()) == 1


@pytest.mark.plugins("email_in", "storage_fs")
def test_a_locked_database_leaves_mail_in_the_spool(
    hookdesk_app: Flask, run_jobs: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 20)
    with hookdesk_app.app_context():
        instance = site().config.instance
    for _ in range(2):  # the second one is the same mail again, as a server sends it that was not told
        assert pipe(instance, MAIL).returncode == 0
    other = sqlite3.connect(instance / "hookdesk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with hookdesk_app.app_context(), pytest.raises(OperationalError, match="locked"):
        services.drain()
    assert len(Spool(instance).names()) == 2
    other.close()
    run_jobs(services.DRAIN, "intake")
    assert Spool(instance).names() == []
    with hookdesk_app.app_context():
        ledger = intake.ledger()
    assert (ledger["received"], ledger["ticket"], ledger["rejected"], ledger["pending"]) == (2, 1, 1, 0)


@pytest.mark.skipif(
    not shutil.which("procmail"), reason="There is no procmail here: `apt-get install procmail` brings it."
)
def test_the_recipe_for_procmail(tmp_path: Path) -> None:
    """As docs/operations.md has it: stored, or back to the mail server with 75, and never in a mailbox instead."""
    instance, recipe = tmp_path / "instance", tmp_path / "recipe"
    found = re.search(r"^:0 w\n.*?^HOST$", RECIPES.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    program = Path(sys.executable).with_name("hookdesk-pipe")
    words = (
        found[0].replace("/opt/hookdesk/.venv/bin/hookdesk-pipe", str(program)).replace("/srv/helpdesk", str(instance))
    )
    recipe.write_text(f"DEFAULT={tmp_path}/mailbox\nORGMAIL={tmp_path}/mailbox\n{words}\n")
    recipe.chmod(0o600)

    def deliver() -> int:
        environ = {**os.environ, "HOME": str(tmp_path)}
        words = ["procmail", "-t", str(recipe)]
        return subprocess.run(words, input=MAIL, capture_output=True, cwd=tmp_path, check=False, env=environ).returncode

    assert deliver() == 75
    instance.mkdir()
    assert deliver() == 0
    [name] = Spool(instance).names()
    kept = Spool(instance).read(name)
    assert kept is not None
    assert b"It burns." in kept.raw
    assert not (tmp_path / "mailbox").exists()
