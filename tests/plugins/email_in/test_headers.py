"""Header fields, each on its own: addresses, ids, dates, parameters, encoded words, broken folding."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hookdesk_email_in.addresses import Address, parse_addresses
from hookdesk_email_in.params import parse_header
from hookdesk_email_in.parse import parse_message
from hookdesk_email_in.words import decode_words

ADDRESSES = {
    "plain": (b"jane@example.org", [("", "jane@example.org")]),
    "name": (b'"Doe, Jane" <jane@example.org>', [("Doe, Jane", "jane@example.org")]),
    "escaped quotes": (rb'"Jane \"JD\" Doe" <jane@example.org>', [('Jane "JD" Doe', "jane@example.org")]),
    "comment as a name": (b"jane@example.org (Jane Doe)", [("Jane Doe", "jane@example.org")]),
    "comments inside": (b"Jane(Doe) <jane(me)@example.org(here)>", [("Jane", "jane@example.org")]),
    "list": (b"a@x.org, B <b@x.org>; c@x.org", [("", "a@x.org"), ("B", "b@x.org"), ("", "c@x.org")]),
    "group": (b"Team: a@x.org, b@x.org;", [("", "a@x.org"), ("", "b@x.org")]),
    "empty group": (b"undisclosed-recipients:;", []),
    "comma in an encoded word": (b"=?utf-8?q?Doe,_Jane?= <jane@x.org>", [("Doe, Jane", "jane@x.org")]),
    "all of it encoded": (b"=?utf-8?q?Jane_<jane@x.org>?=", [("Jane", "jane@x.org")]),
    "encoded in quotes": (b'"=?iso-8859-1?q?J=F6rg?=" <j@x.org>', [("Jörg", "j@x.org")]),
    "mailto": (b"<mailto:jane@x.org>", [("", "jane@x.org")]),
    "the address as the name": (b'"jane@x.org" <jane@x.org>', [("", "jane@x.org")]),
    "rubbish": (b"nobody at all", [("nobody at all", "")]),
    "open quote": (b'"Jane <jane@x.org>', [("Jane", "jane@x.org")]),
    "apostrophes in a name": (b"\"'Jane' via Desk\" <d@x.org>", [("'Jane' via Desk", "d@x.org")]),
    "spaces around the at": (b"Jane <jane @ x.org>", [("Jane", "jane@x.org")]),
    "raw bytes": ("Jörg <j@x.org>".encode("latin-1"), [("Jörg", "j@x.org")]),
}


@pytest.mark.parametrize(("raw", "found"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_address_lists(raw: bytes, found: list[tuple[str, str]]) -> None:
    """RFC 5322 section 3.4, and what programs make of it."""
    assert parse_addresses(raw) == [Address(*pair) for pair in found]


def test_no_more_than_a_thousand_addresses_are_read() -> None:
    """A list without end costs nothing."""
    assert len(parse_addresses(b"a@example.org, " * 10_000)) == 1000


WORDS = {
    "joined inside a character": (b"=?utf-8?b?w6TD?= =?utf-8?b?tsO8?=", "äöü"),
    "two charsets": (b"=?utf-8?q?=C3=A4?= =?iso-8859-1?q?=F6?=", "äö"),
    "text around": (b"Re: =?utf-8?q?Gr=C3=B6=C3=9Fe?= again", "Re: Größe again"),
    "spaces inside": (b"=?utf-8?q?a b?=", "a b"),
    "no space between": (b"=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
    "unknown charset": (b"=?x-nobody-knows?q?abc?=", "abc"),
    "twice encoded": (b"=?utf-8?q?=3D=3Futf-8=3Fq=3Fabc=3F=3D?=", "abc"),
    "not closed": (b"=?utf-8?q?abc", "abc"),
    "a line end inside": (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    "a nul inside": (b"=?utf-8?q?a=00b?=", "ab"),
    "raw utf-8": ("Größe".encode(), "Größe"),
    "raw iso-2022-jp": ("日本語".encode("iso2022_jp"), "日本語"),
}


@pytest.mark.parametrize(("raw", "text"), WORDS.values(), ids=WORDS.keys())
def test_encoded_words(raw: bytes, text: str) -> None:
    """RFC 2047, as it is sent; the result is one storable line."""
    assert decode_words(raw) == text


PARAMS = {
    "quoted": (b'text/plain; name="a;b.txt"', "a;b.txt"),
    "spaces": (b"text/plain; name=my file.txt", "my file.txt"),
    "RFC 2047": (b'text/plain; name="=?utf-8?q?=C3=A4.txt?="', "ä.txt"),
    "RFC 2231": (b"text/plain; name*=utf-8'de'%C3%A4.txt", "ä.txt"),
    "pieces": (b"text/plain; name*1*=%A4.txt; name*0*=utf-8''%C3", "ä.txt"),
    "plain pieces": (b'text/plain; name*0="long"; name*1=".txt"', "long.txt"),
    "no semicolon": (b"text/plain name=a.txt", "a.txt"),
    "backslashes": (rb'text/plain; name="C:\tmp\a.txt"', r"C:\tmp\a.txt"),
}


@pytest.mark.parametrize(("raw", "name"), PARAMS.values(), ids=PARAMS.keys())
def test_parameters(raw: bytes, name: str) -> None:
    """RFC 2045 section 5.1 and RFC 2231."""
    header = parse_header(raw)
    assert (header.value, header.params["name"]) == ("text/plain", name)


SENDERS = {
    "a name alone in the brackets": (b"From: Moderator <daemon>\nReply-To:\n", ("Moderator", "daemon")),
    "reply-to if from is no address": (
        b"From: Moderator <daemon>\nReply-To: jane@x.org\n",
        ("Moderator", "jane@x.org"),
    ),
    "reply-to if from is empty": (b"From: <>\nReply-To: Jane <jane@x.org>\n", ("Jane", "jane@x.org")),
    "the name of from is kept": (b"From: Jane\nSender: j@x.org\n", ("Jane", "j@x.org")),
    "nobody": (b"Subject: x\n", ("", "")),
}


@pytest.mark.parametrize(("head", "who"), SENDERS.values(), ids=SENDERS.keys())
def test_the_sender_is_the_first_header_that_names_one(head: bytes, who: tuple[str, str]) -> None:
    """From, then what else may say it."""
    message = parse_message(head + b"\nHello")
    assert (message.sender_name, message.sender_address) == who


HEADS = {
    "mbox line": b"From jane Mon Jun 1\nFrom: a@x.org\nSubject: Fire\n\nIt burns",
    "blank lines before": b"\n   \nFrom: a@x.org\nSubject: Fire\n\nIt burns",
    "junk before": b"!!! scanned\nFrom: a@x.org\nSubject: Fire\n\nIt burns",
    "a line not folded": b"X-Scan: one\ntwo three\nFrom: a@x.org\nSubject: Fire\n\nIt burns",
    "carriage returns alone": b"From: a@x.org\rSubject: Fire\r\rIt burns",
    "mixed line ends": b"From: a@x.org\r\nSubject: Fire\n\r\nIt burns",
    "doubled carriage returns": b"From: a@x.org\r\r\nSubject: Fire\r\r\n\r\r\nIt burns",
    "folded": b"From: a@x.org\nSubject:\n Fire\n\nIt burns",
    "no empty line": b"From: a@x.org\nSubject: Fire\nIt burns",
}


@pytest.mark.parametrize("raw", HEADS.values(), ids=HEADS.keys())
def test_broken_heads_are_read(raw: bytes) -> None:
    """Sender, subject and text come out, however the head was damaged."""
    message = parse_message(raw)
    assert (message.sender_address, message.subject, message.text.strip()) == ("a@x.org", "Fire", "It burns")


def test_ids_stand_without_brackets_in_order_and_once() -> None:
    """RFC 5322 section 3.6.4; line ends inside and missing brackets are forgiven."""
    message = parse_message(
        b"Message-ID: <one@x>\nIn-Reply-To: two@x\nReferences: <a@x>\n <b@x> <a@x>, <c\n @x>\nFrom: a@x.org\n\nHi"
    )
    assert (message.message_id, message.in_reply_to) == ("one@x", "two@x")
    assert message.references == ("a@x", "b@x", "c@x")


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        (b"Mon, 1 Jun 2026 14:00:00 +0200", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        (b"Mon, 1 Jun 2026 12:00:00 -0000", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        (b"yesterday", None),
        (b"Mon, 99 Jun 99999 12:00:00", None),
    ],
)
def test_dates(date: bytes, moment: datetime | None) -> None:
    """In UTC, or nothing."""
    assert parse_message(b"From: a@x.org\nDate: " + date + b"\n\nHi").sent_at == moment
