"""Mails of our own making, one for each rule of the parser: what has to be read out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hookdesk.api import InboundMessage, MessageKind
from hookdesk_email_in.looking import look
from hookdesk_email_in.parse import parse_message

MAILS = Path(__file__).parent / "mails"
EXPECTED: dict[str, tuple[str, str, list[str]]] = {
    "boundary_that_never_ends": ("Fire", "It burns.", []),
    "charset_that_lies": ("Fire", "請求書", []),
    "charset_unknown": ("Fire", "Größe", []),
    "enclosed_mail": ("Fire", "It burns.", ["Inside.eml"]),
    "encoded_words_split_in_a_character": ("日本語の件名", "x", []),
    "format_flowed": ("Fire", "It burns.\n> Doesit?\n-- \nGrace", []),
    "inline_image": ("Fire", "See", [""]),
    "iso_2022_jp": ("火事", "火事です。", []),
    "line_ends_of_old_macs": ("Fire", "It burns.\nStill.", []),
    "message_in_pieces": ("Fire", "", [""]),
    "nul_and_raw_bytes_in_headers": ("Für alle", "x", []),
    "pgp_encrypted": ("Fire", "", ["", "encrypted.asc"]),
    "rfc2231_name_in_pieces": ("Fire", "It burns.", ["Rechnung für Mai.pdf"]),
    "smime_encrypted": ("Fire", "", ["smime.p7m"]),
    "smime_signed": ("Fire", "It burns.", ["smime.p7s"]),
    "tnef": ("Fire", "It burns.", ["winmail.dat"]),
    "uuencoded_in_the_text": ("Fire", "It burns.", ["list.txt"]),
    "yenc_in_the_text": ("Fire", "See the file.", ["all bytes.bin"]),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_rule_has_its_mail(name: str) -> None:
    message = parse_message((MAILS / f"{name}.eml").read_bytes())
    subject, text, files = EXPECTED[name]
    assert (message.subject, message.text.strip()) == (subject, text)
    assert [file.filename for file in message.files] == files
    assert (message.sender_address, message.message_id) == ("grace@example.org", f"{name}@example.org")


def test_each_file_is_as_it_was_sent() -> None:
    def files(name: str) -> list[bytes]:
        return [file.content for file in parse_message((MAILS / f"{name}.eml").read_bytes()).files]

    assert files("uuencoded_in_the_text") == [b"one\ntwo\n"]
    assert files("rfc2231_name_in_pieces") == [b"%PDF-1.4"]
    assert files("yenc_in_the_text") == [bytes(range(256))]
    assert b"It bur" in files("message_in_pieces")[0]
    assert files("inline_image") == [b"\x89PNG"]


@pytest.mark.parametrize(
    "raw", [b"x" * 10_000_000, b"a\n" * 5_000_000, b"> " * 3_000_000], ids=["long", "many", "quoted"]
)
def test_a_huge_mail_is_read_as_far_as_anybody_reads(raw: bytes) -> None:
    """What is longer stays a file beside the beginning."""
    message = parse_message(b"From: grace@example.org\r\nSubject: Fire\r\n\r\n" + raw)
    assert len(message.text) <= 2_000_000
    assert message.files[0].size == len(raw)


def test_the_reasons_are_told() -> None:
    seen = look((MAILS / "charset_that_lies.eml").read_bytes())
    assert [(part.role, part.charset, part.codec) for part in seen.parts] == [("text", "gb2312", "gb18030")]
    assert isinstance(seen.message, InboundMessage)
    assert look(b"X: y\n" * 300_000).problem.startswith("the headers do not end")


@pytest.mark.parametrize(
    ("sender", "subject", "words"),
    [
        ("jane", "Delivery status of my order 4711?", "Where is it?"),
        ("jane", "Undelivered parcel", "Hello, please help."),
        ("jane", "Mail error when I sign in", "It says that I may not."),
        ("jane", "Vacation request", "I should like to be away in June."),
        ("jane", "Automatic reply does not work", "Nobody gets one."),
        ("jane", "Spam report", "Your newsletter lands in my spam folder."),
        ("admin", "The mailbox is full", "My mailbox is full, can you help?"),
        ("mail", "Question", "My parcel could not be delivered. Why?"),
        ("postmaster", "Question about DNS", "Which address shall it be?"),
    ],
)
def test_people_write_of_failures_and_holidays_too(sender: str, subject: str, words: str) -> None:
    """Their mail would be turned away, and nobody would see it."""
    raw = f"From: {sender}@example.org\r\nSubject: {subject}\r\n\r\n{words}\r\n"
    assert parse_message(raw.encode()).kind is MessageKind.MESSAGE


def test_a_report_without_its_parts_is_known_by_what_it_holds() -> None:
    raw = b"From: jane@example.org\r\nSubject: Undeliverable: Fire\r\n\r\n<x@example.org>: 550 5.1.1 User unknown\r\n"
    assert parse_message(raw).kind is MessageKind.BOUNCE
