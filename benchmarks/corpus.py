"""Real mails to make others of: the cases of a corpus that lies beside the repository, which never holds one of them itself."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hookdesk_email_in.parse import parse_message

FOLDER = Path(os.environ.get("MAIL_CORPUS") or Path(__file__).parents[2] / "shared" / "mail-corpus")
BY_PEOPLE = frozenset({"sisimai/bsd/lhost-sendmail-14.eml"})
"""Said to be reports, but written by somebody who forwards one."""
_EMPTY_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|$)")


@dataclass(frozen=True, slots=True)
class Case:
    """A whole mail, and what its source says of it: "message", "bounce", "auto_reply" or "complaint"."""

    id: str
    kind: str
    raw: bytes


def cases(folder: Path = FOLDER) -> list[Case]:
    """All whole mails of the corpus.

    Raises:
        FileNotFoundError: it is not there.
    """
    found = []
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if told["format"] == "rfc822":
            raw = (folder / told["path"]).read_bytes()
            kind = "message" if told["id"] in BY_PEOPLE else _stated(told["expected"])
            found.append(Case(told["id"], kind or parse_message(raw).kind, raw))
    return found


def _stated(expected: Mapping[str, object]) -> str:
    """What kind of mail its source says that it is; "" if it says nothing. Then its kind is what we take it for as it stands in the corpus,
    and only what the change makes of it is put to the test."""
    if expected.get("is_complaint"):
        return "complaint"
    if expected.get("is_bounce"):
        return "bounce"
    return "auto_reply" if expected.get("is_auto") else "message" if expected.get("is_auto") is False else ""


def changed(raw: bytes, fields: Mapping[str, str]) -> bytes:
    """The mail with other header fields of these names, at its top; all else stays byte for byte. "" takes a field away."""
    ends = _EMPTY_LINE.search(raw)
    head, rest = (raw[: ends.start()], raw[ends.start() :]) if ends else (raw, b"")
    end = b"\r\n" if b"\r\n" in raw[:2000] else b"\r" if b"\n" not in raw[:2000] and b"\r" in raw[:2000] else b"\n"
    gone = {name.lower().encode() for name in fields}
    kept, is_kept = [], True
    for line in _LINE.findall(head):
        field = _FIELD.match(line)
        if field:
            is_kept = field[1].lower() not in gone
        elif not line.startswith((b" ", b"\t")):
            is_kept = True
        if is_kept and line:
            kept.append(line)
    new = [f"{name}: {value}".encode() + end for name, value in fields.items() if value]
    place = 1 if kept and kept[0].startswith((b"From ", b">From ")) else 0
    return b"".join([*kept[:place], *new, *kept[place:]]) + rest
