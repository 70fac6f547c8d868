"""Reading a mail: one small mail a rule, and no bytes that crash it."""

from __future__ import annotations

import json
import subprocess
import sys
from encodings.aliases import aliases
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookdesk.api import MessageKind
from hookdesk_email_in.charsets import decode
from hookdesk_email_in.inspect import main
from hookdesk_email_in.mime import UnreadableMessage
from hookdesk_email_in.parse import parse_message

CORPUS = Path(__file__).parents[4] / "shared" / "mail-corpus"


def test_headers_are_decoded() -> None:
    """RFC 2047 words, joined where they were split inside a character; raw 8-bit as a last resort."""
    message = parse_message(
        b"From: =?utf-8?q?J=C3=BCrgen?= <J@Example.ORG>\r\n"
        b"Subject: =?utf-8?b?5pel5pys?= =?utf-8?b?6Kqe?= and more\r\nMessage-ID: <a@b>\r\nReferences: <x@y> <z@y>\r\n\r\nHi"
    )
    assert (message.sender_name, message.sender_address.lower()) == ("Jürgen", "j@example.org")
    assert message.subject == "日本語 and more"
    assert (message.message_id, message.references) == ("a@b", ("x@y", "z@y"))


@pytest.mark.parametrize(
    ("charset", "label", "words"),
    [
        ("gb18030", "gb2312", "請求書"),
        ("cp1252", "iso-8859-1", "“quoted”"),
        ("utf-8", "us-ascii", "Größe"),
        ("koi8-r", "koi8-r", "Огонь"),
    ],
)
def test_charsets_that_lie_are_read(charset: str, label: str, words: str) -> None:
    """Labels are aliases for what is really sent."""
    head = f"From: a@example.org\r\nContent-Type: text/plain; charset={label}\r\n\r\n".encode()
    assert parse_message(head + words.encode(charset)).text.strip() == words


@pytest.mark.parametrize("label", sorted({*aliases.values(), "idna", "punycode", "undefined", "unicode_escape"}))
@pytest.mark.parametrize(
    "body", [b"gr\xfc\xdfe \xc3\xa4 \xe2\x82 +ADw- \\u0041 \\q \x1b$B\x1b ~{ =", bytes(range(256))]
)
def test_no_name_of_a_codec_keeps_a_mail_from_being_read(label: str, body: bytes) -> None:
    """Python knows codecs that raise whatever they are told, such as `undefined`; a stranger may name each of them."""
    assert decode(body, label)
    head = f"From: a@example.org\r\nSubject: =?{label}?q?=FCx?=\r\nContent-Type: text/plain; charset={label}\r\n\r\n"
    assert parse_message(head.encode() + b"hello \xfc").text


def test_files_keep_their_bytes_and_names() -> None:
    """RFC 2231 names, base64, and an enclosed mail that stays a file."""
    message = parse_message(
        b'From: a@example.org\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nSee the files\r\n"
        b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''M%C3%A4rz.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nAAEC/w==\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <inner@x>\r\nSubject: inner\r\n\r\nsecret\r\n--b--\r\n"
    )
    assert message.text.strip() == "See the files"
    assert (message.files[0].filename, message.files[0].content) == ("März.pdf", b"\x00\x01\x02\xff")
    assert b"secret" in message.files[1].content
    assert message.message_id == ""


def test_the_html_body_and_its_text() -> None:
    """A mail in HTML alone has a text too."""
    message = parse_message(b"From: a@example.org\r\nContent-Type: text/html\r\n\r\n<p>One</p><p>Two <b>three</b></p>")
    assert message.text.split() == ["One", "Two", "three"]
    assert "<b>three</b>" in message.html


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Subject: Hello", MessageKind.MESSAGE),
        ("Auto-Submitted: auto-replied", MessageKind.AUTO_REPLY),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=x", MessageKind.AUTO_REPLY),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x", MessageKind.BOUNCE),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=x", MessageKind.COMPLAINT),
        ("List-Id: <people.example.org>", MessageKind.MESSAGE),
    ],
)
def test_what_a_mail_is(head: str, kind: MessageKind) -> None:
    """By its headers."""
    assert parse_message(f"From: a@example.org\r\n{head}\r\n\r\nwords".encode()).kind is kind


REPLIES = {
    "english": ("Yes.\n\nOn Mon, 1 Jun 2026 at 12:00, Ada <ada@x.example> wrote:\n> Did you?\n", "Yes."),
    "german": ("Ja.\n\nAm 1. Juni 2026 um 12:00 schrieb Ada <ada@x.example>:\n> Haben Sie?\n", "Ja."),
    "signature": ("Yes.\n\n-- \nGrace Hopper\n", "Yes."),
    "between": ("> Did you?\nYes.\n> And now?\nNo.\n", "Yes.\nNo."),
    "only a quote": ("> All of it\n", "> All of it"),
    "no header": ("On Monday I called you.\nNobody answered.\n", "On Monday I called you.\nNobody answered."),
}


@pytest.mark.parametrize(("text", "own"), REPLIES.values(), ids=REPLIES.keys())
def test_a_reply_is_its_senders_own_words(text: str, own: str) -> None:
    """Quoted text goes, never what was written; and never everything."""
    message = parse_message(b"From: a@example.org\r\n\r\n" + text.encode())
    assert message.reply.strip() == own


NESTED = b"From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: NESTED + tail))
def test_no_bytes_crash_it(raw: bytes) -> None:
    """Anything is a message or unreadable; and its texts can be written as UTF-8."""
    try:
        message = parse_message(raw)
    except UnreadableMessage:
        return
    for text in (message.subject, message.text, message.html, message.reply, message.sender_name):
        text.encode()
        assert "\x00" not in text


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real mails lies beside the checkout of the project only")
def test_real_mails_are_read_as_well_as_the_bar_asks() -> None:
    """The judge of the corpus, on 1,142 real mails and replies; all of a format in one call, since starting Python costs most of a call."""
    command = f"{sys.executable} -m hookdesk_email_in.inspect --json"
    judge = [sys.executable, str(CORPUS / "judge.py"), "--command", command, "--batch", "2000"]
    done = subprocess.run(
        [*judge, "--require", str(CORPUS / "bar.json")], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_inspect_prints_one_object_a_file(tmp_path: Path) -> None:
    """What intake would make of a file, without a database."""
    file = tmp_path / "a.eml"
    file.write_bytes(b"From: Grace <grace@example.org>\r\nSubject: Fire\r\n\r\nIt burns")
    command = [sys.executable, "-m", "hookdesk_email_in.inspect", "--json", "--format", "rfc822", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(done.stdout)
    assert (told["subject"], told["from"]["address"], told["error"]) == ("Fire", "grace@example.org", None)


def test_inspect_of_a_file_that_is_not_there_ends_with_status_1(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main([str(tmp_path / "nowhere.eml"), "--json"]) == 1
    assert "No such file" in json.loads(capfdbinary.readouterr().out)["error"]
