"""What is indexed, what is typed and what is marked meet, whatever the accents, the case and the script."""

from __future__ import annotations

import pytest

from hookdesk.fulltext import excerpt, folded, marked, terms


@pytest.mark.parametrize(
    ("text", "typed"),
    [("Übergabe", "ubergabe"), ("プリンターが印刷", "が"), ("한국어 문서", "한국어"), ("a\x00b Größe", "größe")],
)
def test_a_typed_word_is_among_those_of_the_index(text: str, typed: str) -> None:
    held = " ".join(folded(text).casefold().split())
    assert all(" ".join(tokens).casefold() in held for tokens in terms(typed))


def test_what_stands_in_quotes_or_is_an_address_belongs_together() -> None:
    assert terms('lost "red bike" ada@example.org "') == [["lost"], ["red", "bike"], ["ada", "example", "org"]]


def test_letters_of_scripts_without_spaces_keep_their_marks() -> None:
    assert folded("が") != folded("か")


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("The Café is <open>", "cafe OPEN", "The <mark>Café</mark> is &lt;<mark>open</mark>&gt;"),
        ("An invoice, reinvoiced", "invoices", "An <mark>invoice</mark>, reinvoiced"),
        ("請求書の宛名", "宛名", "請求書の<mark>宛名</mark>"),
        ("nothing of it", "…", "nothing of it"),
        ("the red bike, not red. Bike", '"red bike"', "the <mark>red bike</mark>, not <mark>red. Bike</mark>"),
        ("from ada@example.org", "ada@example.org", "from <mark>ada@example.org</mark>"),
    ],
)
def test_words_are_marked_where_they_stand(text: str, typed: str, expected: str) -> None:
    assert marked(text, typed) == expected


def test_an_excerpt_shows_what_was_found() -> None:
    text = "word " * 100 + "needle " + "word " * 100
    found = excerpt(text, "needle")
    assert "<mark>needle</mark>" in found
    assert found.startswith("… word")
    assert len(found) < 250
