"""What this machine is, in a few words."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median


def lines() -> list[str]:
    """Processor, memory, system, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return [
        f"{len(os.sched_getaffinity(0))} cores of {_processor()}, {memory:.0f} GB of memory",
        f"{_system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        ", ".join(f"{name} {version(name)}" for name in ("flask", "sqlalchemy", "gunicorn", "jinja2")),
    ]


def load() -> float:
    """Processes that ran or waited to run in the last minute, on average; what exceeds ours is other people's."""
    return os.getloadavg()[0]


def _processor() -> str:
    """The processor's name."""
    found = [line for line in _read("/proc/cpuinfo").splitlines() if line.startswith("model name")]
    return found[0].partition(":")[2].strip() if found else platform.machine()


def _system() -> str:
    """The distribution's name."""
    found = [line for line in _read("/etc/os-release").splitlines() if line.startswith("PRETTY_NAME=")]
    return found[0].partition("=")[2].strip('"') if found else platform.system()


def _read(path: str) -> str:
    """A file's text, "" if there is none."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def circumstances(loops: Sequence[float], loads: Sequence[float]) -> list[str]:
    """When, where, and how busy that machine was."""
    return [
        f"Measured on {datetime.now(UTC):%d %B %Y}: {'; '.join(lines())}.",
        f"Calibration: {median(loops):.0f} ms of CPU ({min(loops):.0f}–{max(loops):.0f} in the course of the run).",
        f"Load, our own included: {median(loads):.0f} ({min(loads):.0f}–{max(loads):.0f}).",
    ]
