"""HTML of strangers: harmless for a page, and as text."""

from __future__ import annotations

import pytest

from hookdesk.services.html import MAX_NESTING, html_to_text, sanitize_html

HOSTILE = {
    "script": ("<script>alert(1)</script>a", "a"),
    "handler": ('<b onclick="x()">a</b>', "<b>a</b>"),
    "style": ('<p style="position:fixed">a</p>', "<p>a</p>"),
    "class and id": ('<p class="modal" id="main">a</p>', "<p>a</p>"),
    "javascript": ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
    "own pages": ('<a href="/agent/logout">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
    "form": ("<form action=/x><input name=a><button>b</button></form>", "b"),
    "frame": ("<iframe src=https://x.example></iframe>a", "a"),
    "data": ('<img src="data:image/svg+xml;base64,AAAA">', "<img>"),
}


@pytest.mark.parametrize(("html", "clean"), HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_runs_or_covers_the_page(html: str, clean: str) -> None:
    """What could do harm goes; words stay."""
    found = sanitize_html(html)
    assert found.replace(' alt=""', "") == clean


@pytest.mark.parametrize("address", ["https://x.example/a.png", "HTTP://x.example/a.png", "//x.example/a.png"])
def test_remote_images_load_only_when_asked_for(address: str) -> None:
    """A sender learns nothing by a picture."""
    found = sanitize_html(f'<img alt="a>b" src="{address}">')
    assert " src=" not in found
    assert f'data-remote-src="{address}"' in found


def test_enclosed_images_and_links_stay() -> None:
    """`cid:` names a file of the same mail."""
    assert 'src="cid:a@b"' in sanitize_html('<img src="cid:a@b">')
    assert 'href="https://x.example/"' in sanitize_html('<a href="https://x.example/">x</a>')


TEXTS = {
    "blocks": ("<p>One</p><div>Two<br>three</div>", "One\n\nTwo\nthree"),
    "inline": ("a<b>b</b>c", "abc"),
    "spaces": ("<p> a \n  b </p>", "a b"),
    "quotes": ("<p>a</p><blockquote>b<blockquote>c</blockquote></blockquote>", "a\n\n> b\n> > c"),
    "list": ("<ul><li>a<li>b</ul>", "- a\n- b"),
    "cells": ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
    "preformatted": ("<pre>a\n  b</pre>", "a\n  b"),
    "unseen": ("<title>t</title><style>s</style><script>x</script>a<!-- c -->", "a"),
    "entities": ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("html", "text"), TEXTS.values(), ids=TEXTS.keys())
def test_text_of_html(html: str, text: str) -> None:
    """As a reader sees it."""
    assert html_to_text(html) == text


COSTLY = {
    "nested": "<div>" * (MAX_NESTING + 1) + "words",
    "left open": "".join(f"<font color={number}>" for number in range(900)) + "<p>words</p>" * 2000,
}


@pytest.mark.parametrize("html", COSTLY.values(), ids=COSTLY.keys())
def test_what_would_cost_minutes_is_shown_as_plain_text(html: str) -> None:
    """The words are there, the elements are not."""
    assert "words" in html_to_text(html)
    assert sanitize_html(html).startswith("<pre>")
