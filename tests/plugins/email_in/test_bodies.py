"""Which part is the body and which a file, however the mail is built."""

from __future__ import annotations

import binascii

import pytest

from hookdesk.api import InboundMessage
from hookdesk_email_in.mime import MAX_PARTS, UnreadableMessage, parse_parts
from hookdesk_email_in.parse import parse_message

HEAD = b"From: a@example.org\n"


def multipart(kind: str, *parts: bytes, boundary: str = "b") -> bytes:
    """A container of parts (each with its own head)."""
    line = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
    return head + b"".join(line + b"\n" + part + b"\n" for part in parts) + line + b"--\n"


def text(words: str, kind: str = "plain", more: str = "") -> bytes:
    """A text part."""
    return f"Content-Type: text/{kind}\n{more}\n{words}".encode()


IMAGE = b"Content-Type: image/png\nContent-ID: <pic@x>\nContent-Transfer-Encoding: base64\n\nAAEC/w=="


def read(body: bytes) -> InboundMessage:
    """The message of a mail with this body."""
    return parse_message(HEAD + body)


def names(message: InboundMessage) -> list[str]:
    """The names of the files, the type where there is none."""
    return [file.filename or file.content_type for file in message.files]


def test_alternatives_are_one_body() -> None:
    """The text is the plain one, the HTML stands beside it."""
    message = read(multipart("alternative", text("plain"), text("<p>rich</p>", "html")))
    assert (message.text, message.html, message.files) == ("plain", "<p>rich</p>", ())


def test_text_after_a_file_belongs_to_the_body() -> None:
    """Some programs put the footer there."""
    message = read(multipart("mixed", text("above"), IMAGE, text("below")))
    assert message.text == "above\n\nbelow"
    assert names(message) == ["image/png"]
    assert (message.files[0].content_id, message.files[0].content) == ("pic@x", b"\x00\x01\x02\xff")


def test_plain_text_beside_html_stays_visible() -> None:
    """Escaped, since it is text."""
    assert "1 &lt; 2" in read(multipart("mixed", text("<p>rich</p>", "html"), text("1 < 2"))).html


def test_a_text_with_a_name_or_sent_as_attachment_is_a_file() -> None:
    """What the sender attached stays attached."""
    named = text("a,b", "plain", 'Content-Disposition: inline; filename="list.csv"\n')
    sent = text("<p>x</p>", "html", "Content-Disposition: attachment\n")
    message = read(multipart("mixed", text("See the files"), named, sent))
    assert (message.text, names(message)) == ("See the files", ["list.csv", "text/html"])


def test_pages_within_a_page_are_files() -> None:
    """Behind the root of multipart/related stand its resources (RFC 2387)."""
    message = read(multipart("related", text("<p>root</p>", "html"), text("<p>frame</p>", "html"), IMAGE))
    assert message.html == "<p>root</p>"
    assert names(message) == ["text/html", "image/png"]


def test_an_enclosed_mail_is_a_file_named_by_its_subject() -> None:
    """Its words, sender and id are not the mail's own."""
    inner = b"Content-Type: message/rfc822\n\nFrom: b@example.org\nSubject: in/side\nMessage-ID: <inner@x>\n\nsecret"
    message = read(multipart("mixed", text("See below"), inner))
    assert (message.text, names(message), message.message_id) == ("See below", ["in side.eml"], "")


def test_a_mail_that_is_a_file_has_no_text() -> None:
    """The root part may be the attachment."""
    message = read(b"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nAAEC/w==")
    assert (message.text, names(message)) == ("", ["a.pdf"])


def test_paths_in_names_are_cut() -> None:
    """A name is a name."""
    part = text("x", "plain", 'Content-Disposition: attachment; filename="../../etc/passwd"\n')
    assert names(read(multipart("mixed", part))) == ["passwd"]


BROKEN = {
    "no boundary named": b"Content-Type: multipart/mixed\n\n--xyz\nContent-Type: text/plain\n\nhello\n--xyz--\n",
    "another boundary used": b"Content-Type: multipart/mixed; boundary=abc\n\n--xyz\n\nhello\n--xyz--\n",
    "never closed": b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello",
    "prefix of another": b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b--\n--bb\n\nno\n--bb--\n",
    "no parts at all": b"Content-Type: multipart/mixed; boundary=b\n\nhello",
    "no type": b"Content-Type: ;;;\n\nhello",
    "a comma after the type": b"Content-Type: text/html, charset=utf-8\n\n<p>hello</p>",
    "text with marks of its own": b"Content-Type: text/enriched\n\n<bold>hello</bold>",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_broken_containers_are_read(body: bytes) -> None:
    """The words come out."""
    assert read(body).text.strip() == "hello"


def test_the_mark_of_an_editor_before_a_mail_is_none_of_it() -> None:
    message = parse_message(b"\xef\xbb\xbfFrom: grace@example.org\nSubject: Fire\n\nhello\n")
    assert (message.sender_address, message.subject) == ("grace@example.org", "Fire")


ENCODINGS = {
    "quoted-printable": (b"quoted-printable", b"a=3Db=\nc", "a=bc"),
    "broken quoted-printable": (b"quoted-printable", b"a=ZZb", "a=ZZb"),
    "base64 with junk": (b"base64", b"aGV*s\n bG8=", "hello"),
    "base64 in two runs": (b"base64", b"aGU=bGxv", "hello"),
    "unknown": (b"x-nobody", b"hello", "hello"),
}


@pytest.mark.parametrize(("name", "content", "words"), ENCODINGS.values(), ids=ENCODINGS.keys())
def test_transfer_encodings(name: bytes, content: bytes, words: str) -> None:
    """RFC 2045 section 6, as far as broken content lets us."""
    assert read(b"Content-Transfer-Encoding: " + name + b"\n\n" + content).text.strip() == words


def test_uuencoded_files_in_a_text_are_taken_out() -> None:
    """From before MIME, still sent."""
    lines = binascii.b2a_uu(b"some bytes")
    message = read(b"\nSee this:\n\nbegin 644 old.bin\n" + lines + b"`\nend\n\nBye")
    assert (message.files[0].filename, message.files[0].content) == ("old.bin", b"some bytes")
    assert "begin 644" not in message.text
    assert "Bye" in message.text


def test_flowed_text_is_joined() -> None:
    """RFC 3676: soft breaks, never across quotes or before a signature."""
    body = b"Content-Type: text/plain; format=flowed\n\nOne \ntwo\n> quoted \n> words\nend \n-- \nme"
    assert read(body).text == "One two\n> quoted words\nend \n-- \nme"


def test_the_charset_of_html_may_stand_in_it() -> None:
    """Where the header says nothing."""
    page = '<meta charset="koi8-r"><p>Огонь</p>'.encode("koi8-r")
    assert read(b"Content-Type: text/html\n\n" + page).text == "Огонь"


def test_mixed_charsets_lose_nothing() -> None:
    """UTF-8 with a few bytes of Windows-1252 in it."""
    body = "Größe und Übergröße ".encode() + "für".encode("cp1252")
    assert read(b"Content-Type: text/plain; charset=utf-8\n\n" + body).text == "Größe und Übergröße für"


BOMBS = {
    "too big": HEAD + b"\n" + b"x" * (50 * 1024 * 1024),
    "headers without end": b"X: y\n" * 300_000,
    "one header without end": b"X: " + b"y" * 2_000_000,
    "folded without end": b"X: y\n" + b" z\n" * 700_000,
    "parts without end": HEAD + multipart("mixed", *[text("x")] * 10_000),
}


def test_what_is_no_mail_is_a_file_or_nothing() -> None:
    """It names no sender, so it is kept aside; whoever looks at it sees what there is."""
    for nothing in (b"", b" \r\n" * 100):
        message = parse_message(nothing)
        assert (message.sender_address, message.text, message.files) == ("", "", ())
    (file,) = parse_message(b"\x00\x01\x02" * 1000).files
    assert (file.size, file.content_type) == (3000, "application/octet-stream")


@pytest.mark.parametrize("raw", BOMBS.values(), ids=BOMBS.keys())
def test_beyond_the_limits_is_unreadable(raw: bytes) -> None:
    """With a reason, for the admin who looks at the quarantine."""
    with pytest.raises(UnreadableMessage, match=r"the (message|headers)"):
        parse_message(raw)


def test_depth_is_bounded() -> None:
    """What lies deeper is kept, not looked into."""
    body = b"hello"
    for level in range(200):
        body = multipart("mixed", body, boundary=f"b{level}")
    message = read(body)
    assert b"hello" in message.text.encode() + b"".join(file.content for file in message.files)
    depth, part = 0, parse_parts(HEAD + body)
    while part.children:
        depth, part = depth + 1, part.children[0]
    assert depth < 50


def test_as_many_parts_as_allowed_are_all_there() -> None:
    """Up to the limit nothing is dropped."""
    assert len(read(multipart("mixed", *[IMAGE] * (MAX_PARTS - 1))).files) == MAX_PARTS - 1


def test_a_text_longer_than_anybody_reads_is_kept_as_a_file_beside_its_beginning() -> None:
    """Nothing is lost, and no page carries it."""
    words = b"lorem ipsum\n" * 300_000
    message = read(b"\n" + words)
    assert len(message.text) <= 2_000_000
    assert message.files[0].content == words
