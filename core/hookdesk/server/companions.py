"""Commands that plugins want to run beside the site, as the mail listener does.

The supervisor imports no plugin, so a job worker of its machine writes down which they are: when it starts, which is also after each switch
of plugins, and when the site's settings were changed.
"""

from __future__ import annotations

import logging
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hookdesk.config import Config
from hookdesk.server.children import Child

if TYPE_CHECKING:
    from hookdesk.site import Site

log = logging.getLogger(__name__)


def file(config: Config) -> Path:
    """One command a line, without the program's name."""
    return config.instance / "run" / "companions"


def named(config: Config) -> frozenset[str]:
    """The commands that are to run by now."""
    try:
        return frozenset(file(config).read_text(encoding="utf-8").splitlines())
    except OSError:
        return frozenset()


def child(command: str, environment: dict[str, str]) -> Child:
    """A command as a process that is kept running."""
    words = [sys.executable, "-P", "-m", "hookdesk", *shlex.split(command)]
    return Child(command, lambda: words, environment)


class Naming:
    """Writes down the commands, for a job worker."""

    def __init__(self, here: Site) -> None:
        """Nothing is written yet."""
        self._site = here
        self._edition: int | None = None

    def look(self) -> None:
        """Write them if the set-up of the site was changed since the last look. What goes wrong waits for the next change."""
        from hookdesk.hookspecs import RunningHooks  # not for the supervisor: 33 MB with all that stands behind it

        try:
            edition = self._site.settings.edition
            if edition == self._edition:
                return
            self._edition = edition
            found = self._site.hooks.collect(RunningHooks.companion_commands)
            if frozenset(found) != named(self._site.config):
                self._write("".join(f"{command}\n" for command in found))
        except Exception:  # the database or the disk is away: that must not end the worker
            log.exception("what plugins run beside the site could not be noted")

    def _write(self, text: str) -> None:
        """In one step, for the supervisor may be reading."""
        target = file(self._site.config)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
