"""`hookdesk seed` from the shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hookdesk.testing.instances import SECRET, Instances


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on an instance."""
    environment = {**os.environ, "HOOKDESK_INSTANCE": str(folder), "HOOKDESK_SECRET_KEY": SECRET}
    command = [sys.executable, "-m", "hookdesk", "seed", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_fills_an_instance_once(hookdesk_instances: Instances, tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    hookdesk_instances.copy((), folder)
    first = run(folder, "--tickets", "30", "--seed", "4")
    assert first.returncode == 0, first.stderr
    assert "30 of 30" in first.stdout
    second = run(folder, "--tickets", "30")
    assert second.returncode == 1
    assert "30 tickets" in second.stderr
    assert "Traceback" not in second.stderr


def test_it_wants_to_know_what(tmp_path: Path) -> None:
    for words in ((), ("--demo", "--tickets", "5"), ("--tickets", "0")):
        done = run(tmp_path, *words)
        assert done.returncode == 2, done
        assert "Traceback" not in done.stderr
