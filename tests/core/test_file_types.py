"""A file is what its name's ending says, where the site takes some kinds alone."""

from __future__ import annotations

import pytest

from hookdesk.services.file_types import belies, is_taken

PDF, PNG, ZIP, PROGRAM = b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n\x00", b"PK\x03\x04\x14\x00", b"MZ\x90\x00\x03"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.pdf", PDF),
        ("plan.PDF", b"\xef\xbb\xbf \n" + PDF),
        ("photo.png", PNG),
        ("photo.jpeg", b"\xff\xd8\xff\xe1\x00\x10Exif"),
        ("photo.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 "),
        ("letter.docx", ZIP),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"),
        ("words.txt", "größer".encode("cp1252")),
        ("words.txt", "größer".encode("utf-16")),
        ("words.csv", b""),
        ("drawing.dwg", b"AC1032"),
        ("noending", PROGRAM),
    ],
)
def test_what_the_ending_says_is_believed(name: str, content: bytes) -> None:
    assert not belies(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.pdf", PROGRAM),
        ("plan.pdf", b""),
        ("plan.exe.pdf", ZIP),
        ("photo.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>"),
        ("photo.jpg", PNG),
        ("photo.webp", PNG),
        ("letter.docx", PROGRAM),
        ("words.txt", PROGRAM),
        ("words.csv", b"a;b\x00c"),
    ],
)
def test_bytes_that_belie_the_ending_are_seen(name: str, content: bytes) -> None:
    assert belies(name, content)


def test_a_site_without_a_list_takes_all_and_one_with_a_list_what_is_on_it() -> None:
    assert is_taken("a.exe", PROGRAM, ())
    assert is_taken("a.exe", PROGRAM, (" ", ""))
    assert is_taken("a.pdf", PDF, (" .PDF ", "png"))
    assert not is_taken("a.pdf", PROGRAM, ("pdf",))
    assert not is_taken("a.txt", b"words", ("pdf",))
