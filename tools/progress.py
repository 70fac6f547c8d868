"""What the set-up scripts share: progress lines, one-sentence failures, and commands whose output shows only when they fail."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent


def say(line: str) -> None:
    """Print one progress line at once, also into a pipe."""
    print(f"· {line}", flush=True)


def stop(sentence: str) -> NoReturn:
    """End the script with exit code 1 and one sentence that says what to do."""
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def begin(main: Callable[[], int | None]) -> NoReturn:
    """Run a script's main function and exit with what it returns; Ctrl-C ends it with a sentence."""
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on where this one was.", file=sys.stderr, flush=True)
        raise SystemExit(130) from None


def hold_writable() -> None:
    """Hold that set-up may keep what it fetches in the checkout."""
    if not os.access(ROOT, os.W_OK):
        stop(f"You may not write in {ROOT}: clone Hookdesk into a folder of your own, then run `make` there.")


class CommandFailed(Exception):
    """A command ended with an error; ``output`` holds what it printed."""

    def __init__(self, command: list[str], output: str) -> None:
        super().__init__(" ".join(command))
        self.output = output

    @property
    def offline(self) -> bool:
        """Whether the output looks like that of a package client without a network."""
        signs = ("connection", "network", "resolve", "dns", "timed out", "enotfound", "eai_again", "econn")
        return any(sign in self.output.lower() for sign in signs)


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a command and return what it printed. Raises CommandFailed."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise CommandFailed(words, str(error)) from error
    if done.returncode != 0:
        raise CommandFailed(words, done.stdout)
    return done.stdout


def fingerprint(*parts: Path | str) -> str:
    """A SHA-256 over files (their bytes) and words, to tell whether a step has to be done again."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def is_current(stamp: Path, mark: str) -> bool:
    """Whether the step that leaves this stamp was last done for exactly this mark."""
    try:
        return stamp.read_text() == mark
    except OSError:
        return False
