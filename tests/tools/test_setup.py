"""Set-up on a machine where something is missing: one sentence that says what to do, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools import environment, progress
from tools.progress import CommandFailed

ROOT = Path(__file__).parents[2]
REFUSED = "WARNING: Retrying after connection broken by 'NewConnectionError': Connection refused"


def test_ctrl_c_ends_a_script_with_a_sentence() -> None:
    code = "from tools.progress import begin\ndef main(): raise KeyboardInterrupt\nbegin(main)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "\nStopped. The same command goes on where this one was.\n")


def test_a_checkout_of_somebody_else_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SystemExit):
        progress.hold_writable()
    assert "clone Hookdesk into a folder of your own" in capsys.readouterr().err


def test_without_a_network_it_is_tried_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = []

    def run(*words: str | Path) -> str:
        tried.append(words)
        raise CommandFailed([], REFUSED)

    monkeypatch.setattr(environment, "run", run)
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "UV", tmp_path / "uv")
    with pytest.raises(SystemExit):
        environment.install_lock()
    assert "check the network" in capsys.readouterr().err
    assert len(tried) == 1


def test_a_python_that_is_too_old_gets_as_far_as_the_sentence() -> None:
    """Before 3.7 `from __future__ import annotations` is a syntax error; our own Python cannot tell."""
    assert "\nfrom __future__" not in (ROOT / "tools" / "environment.py").read_text()
