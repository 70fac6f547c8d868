"""Run a plugin's code in a process of its own with a time limit: what hangs, crashes or spoils its process harms nobody else's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import fields
from typing import IO

from hookdesk.config import Config

LIMIT = 30.0  # seconds


def check(config: Config, slug: str, enabled: Sequence[str], limit: float = LIMIT) -> list[str]:
    """What is wrong with a plugin, tried together with those that are enabled; [] if nothing is."""
    return _run(config, ["check", slug, *enabled], limit)


def call(config: Config, method: str, slugs: Sequence[str], limit: float = LIMIT) -> list[str]:
    """Call a lifecycle method of each plugin on the real site; what went wrong."""
    return _run(config, ["call", method, *slugs], limit)


def _run(config: Config, words: Sequence[str], limit: float) -> list[str]:
    """Start `python -m hookdesk.lifecycle` and read the problems that it found."""
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "hookdesk.lifecycle", *words],
            env=_environment(config),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # so that what it started itself ends with it
        )
        try:
            answer, _ = child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return [f"it did not come to an end within {limit:g} seconds"]
        try:
            return [str(problem) for problem in json.loads(answer)]
        except ValueError:
            return [f"it ended its process with status {child.returncode}: {_last_line(errors)}"]


def _last_line(errors: IO[bytes]) -> str:
    """The end of what a process said on stderr."""
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 2000))
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _environment(config: Config) -> dict[str, str]:
    """This process's configuration and import path for the other one, however this one came by them."""
    stated = {f"HOOKDESK_{item.name.upper()}": str(getattr(config, item.name)) for item in fields(config)}
    return {**os.environ, **stated, "PYTHONPATH": os.pathsep.join(sys.path)}
