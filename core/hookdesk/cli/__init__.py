"""`hookdesk …`. Importing click alone costs 85 ms, so commands that are called once a mail are handed over before that."""

from __future__ import annotations

import sys

FAST = "hookdesk.fast_commands"
"""Entry points named like "mail.pipe": a function that takes the remaining words and returns the exit status, or None to leave the work to
the plugin's command of that name, which knows the site."""


def main() -> int:
    """Run the command that the process was called with; the exit status."""
    words = sys.argv[1:]
    status = _fast(words)
    if status is not None:
        return status
    from hookdesk.cli.root import root

    root(prog_name="hookdesk")
    return 0


def _fast(words: list[str]) -> int | None:
    """Hand over to a fast command, if the first two words name one."""
    if len(words) < 2 or words[0] != "mail":
        return None
    from importlib.metadata import entry_points

    for point in entry_points(group=FAST, name=".".join(words[:2])):
        status: int | None = point.load()(words[2:])
        return status
    return None
