"""The backend as the site uses it: settings, health, housekeeping."""

from __future__ import annotations

import hashlib
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from hookdesk.api import ANONYMOUS, attachments, health_report, site
from hookdesk_storage_fs.plugin import MEGABYTE, Settings

pytestmark = pytest.mark.plugins("storage_fs")
Usage = namedtuple("Usage", "total used free")


def told(app: Flask) -> tuple[str, str]:
    with app.app_context():
        [line] = [line for _plugin, line in health_report() if line.name == "attachments"]
    return line.state, line.detail


def test_attachments_go_into_the_instance(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        digest, name = attachments.put(b"hello")
        assert name == "fs"
        assert digest == hashlib.sha256(b"hello").hexdigest()
        assert (site().config.instance / "attachments" / digest[:2] / digest[2:]).read_bytes() == b"hello"
        assert b"".join(attachments.read(digest, name)) == b"hello"


def test_the_admin_names_another_folder(hookdesk_app: Flask, tmp_path: Path) -> None:
    with hookdesk_app.app_context():
        site().settings.save("storage_fs", Settings, {"folder": str(tmp_path / "elsewhere")}, ANONYMOUS)
        digest, _name = attachments.put(b"hello")
    assert (tmp_path / "elsewhere" / digest[:2] / digest[2:]).exists()


def test_health_says_whether_files_can_be_written(
    hookdesk_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, state in ((5000, "ok"), (900, "warning"), (20, "error")):
        monkeypatch.setattr("shutil.disk_usage", lambda _folder, free=free: Usage(0, 0, free * MEGABYTE))
        assert told(hookdesk_app)[0] == state
        assert f"{free} MB are free" in told(hookdesk_app)[1]
    (tmp_path / "file").write_text("in the way")
    with hookdesk_app.app_context():
        site().settings.save("storage_fs", Settings, {"folder": str(tmp_path / "file")}, ANONYMOUS)
    state, detail = told(hookdesk_app)
    assert state == "error"
    assert "cannot be written" in detail


def test_the_job_tidies_up(hookdesk_app: Flask, run_jobs: Callable[..., int]) -> None:
    assert run_jobs("storage_fs.tidy") == 0
