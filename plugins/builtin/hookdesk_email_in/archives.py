"""Mails that lie in files: one a file, an mbox, a Maildir, or folders of any of them. One mail is in memory at a time."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from hookdesk_email_in.mime import MAX_BYTES

# "From jane@example.org Thu May  3 10:00:00 2024", after an empty line: RFC 4155. The time tells it from a sentence.
_SEPARATOR = re.compile(rb"From \S[^\r\n]*\d:\d\d")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_LINE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Archived:
    """One mail out of a file. `upto` is where the next one begins, `is_cut` says that it is longer than what is read of one."""

    path: Path
    raw: bytes = field(repr=False)
    upto: int
    is_cut: bool = False


def files(path: Path) -> list[Path]:
    """The files below a path that may hold mails, in order; of a Maildir what has arrived, nothing hidden elsewhere."""
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for folder, below, names in os.walk(path):
        here = Path(folder)
        if {"cur", "new"} <= {*below}:
            below.remove("tmp") if "tmp" in below else None
        below.sort()
        found += [here / name for name in sorted(names) if not name.startswith(".") and _is_mail(here, name)]
    return found


def _is_mail(folder: Path, name: str) -> bool:
    """A Maildir keeps lists of its own beside its mails."""
    return not ((folder / "cur").is_dir() and (folder / "new").is_dir()) and (folder / name).is_file()


def mails(path: Path, start: int = 0) -> Iterator[Archived]:
    """The mails of one file, from a place where one begins."""
    with path.open("rb") as file:
        file.seek(start)
        first = file.read(5)
        file.seek(start)
        if first == b"From ":
            for raw, upto, is_cut in _mbox(file):
                yield Archived(path, raw, upto, is_cut)
            return
        raw = file.read(MAX_BYTES + 1)
        if raw.strip():
            yield Archived(path, raw[:MAX_BYTES], file.seek(0, os.SEEK_END), len(raw) > MAX_BYTES)


def _mbox(file: BinaryIO) -> Iterator[tuple[bytes, int, bool]]:
    """Each mail without its separator, where it ends, and whether it was cut."""
    mail, room, at, is_after_blank = bytearray(), MAX_BYTES, file.tell(), True
    while line := file.readline(_LINE):
        if is_after_blank and _SEPARATOR.match(line):
            if mail.strip():
                yield _unescaped(mail), at, room < 0
            mail, room = bytearray(), MAX_BYTES
        else:
            mail += line[: max(room, 0)]
            room -= len(line)
        at += len(line)
        is_after_blank = not line.strip(b"\r\n")
    if mail.strip():
        yield _unescaped(mail), at, room < 0


def _unescaped(mail: bytearray) -> bytes:
    return _ESCAPED.sub(rb"\1", mail)
