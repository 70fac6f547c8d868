"""Mails of our own making, one for each rule of the parser: what has to be read out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hookdesk.api import InboundMessage
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
    "nul_and_raw_bytes_in_headers": ("Für alle", "x", []),
    "pgp_encrypted": ("Fire", "", ["", "encrypted.asc"]),
    "rfc2231_name_in_pieces": ("Fire", "It burns.", ["Rechnung für Mai.pdf"]),
    "smime_encrypted": ("Fire", "", ["smime.p7m"]),
    "smime_signed": ("Fire", "It burns.", ["smime.p7s"]),
    "tnef": ("Fire", "It burns.", ["winmail.dat"]),
    "uuencoded_in_the_text": ("Fire", "It burns.", ["list.txt"]),
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
    assert look(b"").problem == "the message is empty"
