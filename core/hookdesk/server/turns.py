"""Taking turns: one worker of this machine leaves at a time, and the next one when its successor is there, or when it is late.

Late means that old pages would be seen for longer than a switch may take. Who connects while no worker is there waits in the listening
socket's queue: slow, but neither refused nor old.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

LONGEST_S = 1.5
"""How long an outdated worker waits for its turn."""
FORGOTTEN_S = 10.0
"""A turn that was taken so long ago belongs to a worker that never came to an end."""


class Turns:
    """A file that stands for the turn. Who makes it, leaves; the successor removes it."""

    def __init__(self, file: Path) -> None:
        """The file's folder must exist."""
        self._file = file

    def take(self, waited: float) -> bool:
        """Take the turn; False while another worker has it and this one has waited for less than 1.5 seconds."""
        if waited >= LONGEST_S:
            return True
        try:
            os.close(os.open(self._file, os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return self._is_forgotten()
        except OSError:
            return True  # no disk, no turns: better all at once than never
        return True

    def arrived(self) -> None:
        """A new worker is there: the turn is free."""
        self._file.unlink(missing_ok=True)

    def _is_forgotten(self) -> bool:
        """True if the turn was taken too long ago."""
        try:
            return time.time() - self._file.stat().st_mtime > FORGOTTEN_S
        except OSError:
            return False
