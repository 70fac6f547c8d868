"""Words and pictures of others become harmless HTML, whatever they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hookdesk.api import html_body, sanitize_html, text_to_html

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
