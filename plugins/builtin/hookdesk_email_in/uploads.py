"""Files of mails that were uploaded: taken in at once as far as a few seconds reach, the rest by a job that can be watched.

They lie in the spool of this host until they are through; beside each stands how far it is, and afterwards for a while what came of it.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO

from hookdesk.api import clock, site, wake
from hookdesk_email_in import archives, importing

JOB = "email_in.uploads"
SECONDS = 5.0
MOST_KEPT = 20
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """One file. `upto` bytes of `size` are through; `counted` says how many mails came to what. `problem` ended it early."""

    id: str
    name: str
    size: int
    began: str
    mailbox: str = ""
    is_quiet: bool = True
    upto: int = 0
    is_done: bool = False
    problem: str = ""
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def percent(self) -> int:
        """How much is through."""
        return 100 if self.is_done else self.upto * 100 // max(self.size, 1)

    @property
    def total(self) -> int:
        """Mails that were taken in or known."""
        return sum(self.counted.values())


def keep(name: str, content: IO[bytes], mailbox: str, is_quiet: bool) -> Upload:
    """Store an uploaded file where the job finds it, and begin with it."""
    identifier = f"{time.time_ns():020d}-{os.urandom(4).hex()}"
    path = _folder() / f"{identifier}.mails"
    with path.open("xb") as file:
        while chunk := content.read(_CHUNK):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    upload = Upload(identifier, name[:200], path.stat().st_size, clock.now().isoformat(), mailbox, is_quiet)
    _save(upload)
    upload = step(upload, SECONDS)
    if not upload.is_done:
        wake(JOB)
    return upload


def run_some() -> int:
    """The job: go on with the oldest file for a few seconds, and forget those that were through long ago."""
    kept = every()
    for old in [upload for upload in kept if upload.is_done][MOST_KEPT:]:
        (_folder() / f"{old.id}.json").unlink(missing_ok=True)
    waiting = [upload for upload in reversed(kept) if not upload.is_done]
    if not waiting:
        return 0
    if len(waiting) > 1 or not step(waiting[0], SECONDS).is_done:
        wake(JOB)
    return 1


def step(upload: Upload, seconds: float) -> Upload:
    """Take mails of a file in, for so long; how far it is then. Mails that a lost note makes it see again are known."""
    path = _folder() / f"{upload.id}.mails"
    until = time.monotonic() + seconds
    upto, problem = upload.upto, ""

    def told(mail: archives.Archived, outcome: str) -> bool:
        nonlocal upto
        upto = mail.upto
        return time.monotonic() < until

    counted = Counter(upload.counted)
    try:
        counted += importing.take_all(
            archives.mails(path, upload.upto), told, source="upload", mailbox=upload.mailbox, is_quiet=upload.is_quiet
        )
        is_done = time.monotonic() < until or upto >= upload.size
    except OSError as error:
        is_done, problem = True, str(error)
    upload = replace(upload, upto=upto, counted=dict(counted), is_done=is_done, problem=problem)
    _save(upload)
    if is_done:
        path.unlink(missing_ok=True)
    return upload


def every() -> list[Upload]:
    """All that is known of on this host, the newest first."""
    found = []
    for path in sorted(_folder().glob("*.json"), reverse=True):
        try:
            found.append(Upload(**json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):  # removed meanwhile, or of another version
            continue
    return found


def _save(upload: Upload) -> None:
    """Write the note beside a file, whole or not at all."""
    path = _folder() / f"{upload.id}.json"
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(json.dumps(asdict(upload)), encoding="utf-8")
    unfinished.replace(path)


def _folder() -> Path:
    folder = site().config.instance / "spool" / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
