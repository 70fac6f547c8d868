"""Named crash points: tests end a process exactly there, as a power cut would, instead of hoping for luck."""

from __future__ import annotations

import os

EXIT_STATUS = 137


def crash_point(name: str) -> None:
    """End the process at once if `HOOKDESK_CRASH_AT` names this point. `name@N` ends it at the N-th passage.

    The variable is read at each call on purpose: a test sets it for one child process.
    """
    wanted = os.environ.get("HOOKDESK_CRASH_AT", "")
    if not wanted or wanted.partition("@")[0] != name:
        return
    _passages[name] = _passages.get(name, 0) + 1
    if _passages[name] >= int(wanted.partition("@")[2] or 1):
        os._exit(EXIT_STATUS)


_passages: dict[str, int] = {}
