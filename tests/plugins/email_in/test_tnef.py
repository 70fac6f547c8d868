"""Outlook's winmail.dat: what is packed in it comes out, and nothing that is broken breaks the mail."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.plugins.email_in.conftest import Send, mail

from hookdesk.api import Attachment, ThreadEntry, reading
from hookdesk_email_in.tnef import unpack

pytestmark = pytest.mark.plugins("email_in", "storage_fs")


def attribute(name: int, data: bytes, level: int = 2) -> bytes:
    """One attribute with its checksum."""
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(values: Mapping[int, bytes | str | int]) -> bytes:
    """MAPI properties: bytes, text in UTF-16, or a number."""
    out = struct.pack("<I", len(values))
    for name, value in values.items():
        if isinstance(value, int):
            out += struct.pack("<HHi", 3, name, value)
            continue
        data, kind = (value, 0x102) if isinstance(value, bytes) else ((value + "\0").encode("utf-16-le"), 0x1F)
        out += struct.pack("<HHII", kind, name, 1, len(data)) + data + bytes(-len(data) % 4)
    return out


def winmail() -> bytes:
    """A body in HTML and two files, one with a long name."""
    first = attribute(0x9002, bytes(14)) + attribute(0x8010, b"PLAN~1.TXT\0") + attribute(0x800F, b"the plan")
    first += attribute(0x9005, properties({0x3705: 1, 0x3707: "Pläne für Mai.txt", 0x370E: "text/plain"}))
    second = attribute(0x9002, bytes(14)) + attribute(0x8010, b"b.bin\0") + attribute(0x800F, b"\x00\x01")
    body = attribute(0x9007, struct.pack("<II", 1252, 0), 1)
    body += attribute(0x9003, properties({0x1013: "<p>Grüße</p>".encode("cp1252")}), 1)
    return struct.pack("<IH", 0x223E9F78, 1) + body + first + second


def packed(content: bytes, words: str = "") -> bytes:
    coded = base64.b64encode(content).decode()
    parts = f"--b\nContent-Type: text/plain\n\n{words}\n" if words else ""
    head = 'Content-Type: application/ms-tnef; name="winmail.dat"\nContent-Transfer-Encoding: base64'
    return mail(
        f"{parts}--b\n{head}\n\n{coded}\n--b--", MIME_Version="1.0", Content_Type='multipart/mixed; boundary="b"'
    )


@pytest.mark.parametrize("words", ["See the files.", ""])
def test_its_files_and_its_body_are_the_mails_own(hookdesk_app: Flask, send: Send, words: str) -> None:
    """The body only where the mail has none."""
    record = send(packed(winmail(), words))
    with hookdesk_app.app_context():
        rows = reading().all(
            select(Attachment.filename, Attachment.content_type, Attachment.size).order_by(Attachment.id)
        )
        assert rows == [("Pläne für Mai.txt", "text/plain", 8), ("b.bin", "application/octet-stream", 2)]
        assert reading().scalar(select(ThreadEntry.text).where(ThreadEntry.id == record.entry_id)) == (words or "Grüße")


def enclosing(content: bytes) -> bytes:
    """A winmail.dat with a mail in it: an attachment that is an object, which is a winmail.dat behind the GUID of its kind."""
    thing = struct.pack("<HHII", 0x0D, 0x3701, 1, 16 + len(content)) + bytes(16) + content + bytes(-len(content) % 4)
    attached = attribute(0x9002, bytes(14)) + attribute(0x8010, b"The plan\0")
    return struct.pack("<IH", 0x223E9F78, 1) + attached + attribute(0x9005, struct.pack("<I", 1) + thing)


def test_of_a_mail_in_it_the_words_and_the_files_come_out() -> None:
    """However deep it lies; what lies deeper than anybody puts it stays packed."""
    inner = unpack(enclosing(enclosing(winmail())))
    assert inner is not None
    assert [(file.filename, file.size) for file in inner.files] == [
        ("The plan.html", len("<p>Grüße</p>".encode())), ("Pläne für Mai.txt", 8), ("b.bin", 2),
    ]  # fmt: skip
    deep = winmail()
    for _ in range(50):
        deep = enclosing(deep)
    packed_still = unpack(deep)
    assert packed_still is not None
    assert [file.filename for file in packed_still.files] == ["The plan"]


def test_what_cannot_be_read_stays_a_file(hookdesk_app: Flask, send: Send) -> None:
    send(packed(b"no TNEF at all", "See the file."))
    with hookdesk_app.app_context():
        assert reading().scalars(select(Attachment.filename)).all() == ["winmail.dat"]


@given(st.booleans(), st.integers(min_value=0, max_value=500), st.binary(max_size=8))
def test_a_broken_one_breaks_nothing(is_enclosed: bool, at: int, junk: bytes) -> None:
    whole = enclosing(winmail()) if is_enclosed else winmail()
    unpack(whole[:at] + junk + whole[at + len(junk) :])
    unpack(whole[:at])
