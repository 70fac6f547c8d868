"""What `hookdesk plugins new` writes is a whole plugin: it installs, keeps the contract, and its own tests pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hookdesk.cli.plugins import plugins
from hookdesk.lifecycle.discovery import discover
from hookdesk.skeleton import write_skeleton


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, slug: str, class_name: str) -> None:
    """Put the plugin on the import path with the metadata that its pyproject.toml leads to; building wheels needs the network."""
    info = folder / "src" / f"hookdesk_{slug}-0.1.0.dist-info"
    info.mkdir()
    name = folder.name
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\nRequires-Dist: hookdesk>=0.1,<0.2\n"
    )
    (info / "entry_points.txt").write_text(f"[hookdesk.plugins]\n{slug} = hookdesk_{slug}.plugin:{class_name}\n")
    monkeypatch.syspath_prepend(str(folder / "src"))


def test_a_new_plugins_own_tests_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = CliRunner().invoke(plugins, ["new", "Channel counts", "--into", str(tmp_path)])
    assert made.exit_code == 0, made.output
    folder = tmp_path / "hookdesk-channel-counts"
    installed(folder, monkeypatch, "channel_counts", "ChannelCounts")
    assert discover()["channel_counts"].title == "Channel counts"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for name in ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:valkey", str(folder)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_it_is_formatted_as_our_own(tmp_path: Path) -> None:
    folder = write_skeleton("Channel counts", tmp_path)
    root = Path(__file__).resolve().parents[2]
    sources = f'src = ["{folder}/src", "{root}/core"]'
    for words in (["ruff", "check"], ["ruff", "format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", *words, "--config", str(root / "pyproject.toml"), "--config", sources, str(folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["", "9 lives", "!!!", "x" * 25, "portal"])
def test_a_name_that_makes_no_slug_or_is_taken_is_refused(name: str, tmp_path: Path) -> None:
    answer = CliRunner().invoke(plugins, ["new", name, "--into", str(tmp_path)])
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "hookdesk-channel-counts").mkdir()
    answer = CliRunner().invoke(plugins, ["new", "Channel counts", "--into", str(tmp_path)])
    assert answer.exit_code == 1
    assert "exists" in answer.output
