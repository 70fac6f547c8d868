"""Taking turns: one worker of this machine leaves at a time, and the next one only when its successor is there."""

from __future__ import annotations

import os
import time
from pathlib import Path

LONGEST_S = 10.0
"""A turn lasts no longer than this: a successor that never comes must not keep the others from leaving."""


class Turns:
    """A file that stands for the turn. Who makes it, leaves; the successor removes it."""

    def __init__(self, file: Path) -> None:
        """The file's folder must exist."""
        self._file = file

    def take(self) -> bool:
        """Take the turn; False while another worker has it."""
        try:
            os.close(os.open(self._file, os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return self._has_expired() and self._take_over()
        except OSError:
            return True  # no disk, no turns: better all at once than never
        return True

    def arrived(self) -> None:
        """A new worker is there: the turn is free."""
        self._file.unlink(missing_ok=True)

    def _has_expired(self) -> bool:
        """True if the turn was taken too long ago."""
        try:
            return time.time() - self._file.stat().st_mtime > LONGEST_S
        except OSError:
            return False

    def _take_over(self) -> bool:
        """Take an expired turn; two that try at once may both succeed, which only makes them leave together."""
        self._file.unlink(missing_ok=True)
        return self.take()
