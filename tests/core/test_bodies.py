"""Words and pictures of others become harmless HTML, whatever they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hookdesk.api import html_body, pictures_in, sanitize_html, text_to_html

PIECES = st.sampled_from(
    [
        '<img src="cid:a">',
        '<img src="cid:b" alt=">">',
        '<img src="https://x.example/p.gif">',
        '<img src="//x.example/p.gif">',
        '<img alt="data-remote-src=&quot;" src="https://x.example/q.gif">',
        'data-remote-src="javascript:alert(1)"',
        "<script>alert(1)</script>",
        "http://x.example/a",
        "&lt;img src=x&gt;",
        *("<p>", "</p>", "<b", ">", '"', "'", "text", "\n\n", "<", "&", "\u202e"),
    ]
)
TEXT = st.lists(PIECES, max_size=12).map("".join)


@given(st.text() | TEXT)
def test_text_becomes_paragraphs_and_links_alone(text: str) -> None:
    tree = LexborHTMLParser(f"<div id=x>{text_to_html(text)}</div>")
    found = {node.tag for node in tree.css_first("#x").css("*")} - {"div"}
    assert found <= {"p", "br", "a"}
    assert all(str(node.attributes["href"]).startswith(("http://", "https://")) for node in tree.css("#x a"))


@given(TEXT)
def test_no_word_of_a_text_is_lost(text: str) -> None:
    shown = LexborHTMLParser(f"<div id=x>{text_to_html(text)}</div>").css_first("#x").text()
    assert "".join(shown.split()) == "".join(text.split())


@given(TEXT)
def test_pictures_from_elsewhere_are_loaded_only_if_asked_for(html: str) -> None:
    clean = sanitize_html(html)
    hidden, blocked = html_body(clean, {"a": "/agent/attachments/1/a.png"}, show_remote=False)
    shown, left = html_body(clean, {"a": "/agent/attachments/1/a.png"}, show_remote=True)
    sources = [node.attributes.get("src") for node in LexborHTMLParser(f"<body>{hidden}").css("img")]
    assert {source for source in sources if source} <= {"/agent/attachments/1/a.png"}
    now = [str(node.attributes.get("src")) for node in LexborHTMLParser(f"<body>{shown}").css("img")]
    assert sum("//x.example/" in source for source in now) == blocked
    assert left == 0
    assert not any(source.startswith("javascript") for source in now)


@given(TEXT)
def test_what_was_sanitized_once_stays_as_it_is(html: str) -> None:
    """An entry is sanitized again when it is edited; its pictures from elsewhere must not get lost."""
    clean = sanitize_html(html)
    assert sanitize_html(clean) == clean


def test_pictures_in_a_text_are_known_by_their_content_id() -> None:
    clean = sanitize_html(
        'cid:a <img src="CID:b&amp;c"><img alt="src=&quot;cid:d&quot;" src="https://x.example/p.gif">'
    )
    assert pictures_in(clean) == {"b&c"}
