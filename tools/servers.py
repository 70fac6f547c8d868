"""Before the tests: are the servers and the browser there that some of them use? As root on Debian, install what is missing.

Without root each missing one gets a line: what it is, how to get it, and which tests skip.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.progress import CommandFailed, begin, run, say


@dataclass(frozen=True)
class Needed:
    """A program that tests use: its names on PATH, extra folders (globs), its Debian package, and whose tests skip without it."""

    names: tuple[str, ...]
    package: str
    tests: str
    folders: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether one of the names is a program here."""
        return any(shutil.which(name) for name in self.names) or any(
            any(Path("/").glob(f"{folder.lstrip('/')}/{name}")) for folder in self.folders for name in self.names
        )


NEEDED = (
    Needed(("initdb",), "postgresql", "the tests on PostgreSQL", ("/usr/lib/postgresql/*/bin",)),
    Needed(("redis-server", "valkey-server"), "redis-server", "the tests on a Redis of the system"),
    Needed(("dovecot", "doveadm"), "dovecot-imapd", "the tests of mailboxes over IMAP", ("/usr/sbin", "/usr/bin")),
    Needed(("pop3-login",), "dovecot-pop3d", "the tests of mailboxes over POP3", ("/usr/lib/dovecot",)),
    Needed(("postfix",), "postfix", "the tests behind a real Postfix", ("/usr/sbin",)),
    Needed(("procmail",), "procmail", "the test of the recipe for procmail"),
    Needed(("chromium", "chromium-browser", "google-chrome"), "chromium", "the journeys in a browser"),
)


def main() -> None:
    """Install or report; a missing server never fails the run, its tests skip with the same words."""
    missing = [needed for needed in NEEDED if not needed.found]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        install([needed.package for needed in missing])
        missing = [needed for needed in NEEDED if not needed.found]
    for needed in missing:
        say(f"no {needed.names[0]} here: {needed.tests} skip; as root, `apt-get install {needed.package}` brings it")


def install(packages: list[str]) -> None:
    """Install Debian packages without questions and without starting their services (the tests start their own)."""
    say(f"installing {', '.join(packages)} with apt-get")
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    try:
        run("apt-get", "update", "-qq", env=quiet)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, env=quiet)
    except CommandFailed as failed:
        print("\n".join(failed.output.strip().splitlines()[-5:]), file=sys.stderr)
        say("apt-get could not install them, as shown above")


if __name__ == "__main__":
    begin(main)
