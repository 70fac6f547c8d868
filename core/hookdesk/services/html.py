"""HTML that others wrote: made harmless for display, or turned into plain text. Pure functions, any input, no error.

Parsers of HTML take quadratic time and memory on elements that are nested or left open without end, so that is estimated first:
what goes beyond any real document is shown as plain text.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from html import escape, unescape

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from hookdesk.text import storable

MAX_NESTING = 1000
MAX_REPEATS = 300_000
MAX_QUOTES = 10

_TAGS = nh3.ALLOWED_TAGS - set("area map nav header footer aside article hgroup details summary".split())
_ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "data-remote-src", "alt", "title", "width", "height"}, "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"}, "ol": {"start"}, "time": {"datetime"}, "*": {"lang", "dir"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_REMOTE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
# what nh3 writes is regular: each attribute has a value in double quotes
_IMAGE_WITHOUT_ALT = re.compile(r'<img((?:\s(?!alt=)[\w-]+="[^"]*")*)>')
_LINK = re.compile(r"\s*(?:https?://|mailto:|tel:)", re.IGNORECASE)

_TAG = re.compile(r"<(/?)([a-z][^\s/<>]{0,60})", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
# elements that have no content, or that the next of their kind ends
_FLAT = frozenset(
    (
        "area base body br caption col colgroup dd dt embed head hr html img input li link meta option p param source "
        "tbody td tfoot th thead tr track wbr"
    ).split()
)
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())

_UNSEEN = frozenset("script style head title template noscript iframe object -comment".split())
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table pre hr".split())
_BLOCKS = _PARAGRAPHS | frozenset(
    (
        "address article aside blockquote body center dd details div dt fieldset figcaption figure footer form header "
        "li main nav section tr"
    ).split()
)
_SPACE = re.compile(r"[ \t\r\n\f]+")


def sanitize_html(html: str) -> str:
    """What is safe to put into a page: known elements, no scripts, no styles, links that tell the target nothing.

    Styles go whole: the content security policy would block them anyway. The address of a remote image stands in
    `data-remote-src`, so that nothing is loaded (and no reader is tracked) until somebody asks; images by `cid:` stay.
    """
    html = storable(html)
    if _too_costly(html):
        return f"<pre>{escape(_without_tags(html))}</pre>"
    mark = secrets.token_hex(8)  # cannot be in the input, so only our own marks are replaced below

    def filtered(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "data-remote-src":  # ours, of what was sanitized before
            return value if _REMOTE.match(value) else None
        if attribute == "href":
            return value if _LINK.match(value) else None
        if attribute != "src" or value.lower().startswith("cid:"):
            return value
        return mark + value.strip() if _REMOTE.match(value) else None

    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=filtered,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return _IMAGE_WITHOUT_ALT.sub(r'<img alt=""\1>', cleaned.replace(f'src="{mark}', 'data-remote-src="'))


def html_to_text(html: str) -> str:
    """The words of a document as a reader sees them: a line a block, quotes behind `> `, no links or pictures."""
    if _too_costly(html):
        return _without_tags(html)
    return node_to_text(parse_html(html))


def parse_html(html: str) -> LexborNode | None:
    """The body of a document, to look for elements in; None if it has none or is too costly to parse."""
    if _too_costly(html):
        return None
    tree = LexborHTMLParser(html.replace("\0", "").encode("utf-8", "ignore"))
    return tree.body or tree.root


def node_to_text(node: LexborNode | None) -> str:
    """The same for one element of a parsed document."""
    writer = _Writer()
    waiting: list[LexborNode | str] = [node] if node else []
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            writer.close(item)
        elif item.tag == "-text":
            writer.text(item.text_content or "")
        elif item.tag not in _UNSEEN:
            writer.open(item.tag or "")
            waiting.append(item.tag or "")
            waiting.extend(reversed(list(item.iter(include_text=True))))
    return writer.result()


class _Writer:
    """Collects text line by line, as blocks open and close."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._quotes = 0
        self._pre = 0

    def open(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._block(tag)
        if tag == "br":
            self._new_line()
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._pre += 1
        elif tag == "li":
            self._line = "- "
        elif tag in ("td", "th") and self._line:
            self._line += " "

    def close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._block(tag)
        if tag == "blockquote":
            self._quotes -= 1
        elif tag == "pre":
            self._pre -= 1

    def text(self, text: str) -> None:
        if self._pre:
            *whole, last = text.replace("\r\n", "\n").split("\n")
            for line in whole:
                self._line += line
                self._new_line()
            self._line += last
            return
        text = _SPACE.sub(" ", text)
        if not self._line or self._line.endswith(" "):
            text = text.lstrip(" ")
        self._line += text

    def result(self) -> str:
        self._block("div")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _block(self, tag: str) -> None:
        if self._line.strip():
            self._new_line()
        self._line = ""
        if tag in _PARAGRAPHS and self._lines and self._lines[-1].strip("> "):
            self._new_line()

    def _new_line(self) -> None:
        self._lines.append(("> " * min(self._quotes, MAX_QUOTES) + self._line).rstrip())
        self._line = ""


def _without_tags(html: str) -> str:
    return unescape(_ANY_TAG.sub(" ", html)).replace("\0", "").strip()


def _too_costly(html: str) -> bool:
    """Whether a parser would take long: more elements open at once than any real document has, or open formatting (`<b>`,
    `<font>`), which a parser repeats in each block that follows, more often than any real document.
    """
    still_open: Counter[str] = Counter()
    depth = formatting = repeats = 0
    for found in _TAG.finditer(html):
        name = found[2].lower()
        if name not in _FLAT and (not found[1] or still_open[name]):
            step = -1 if found[1] else 1
            still_open[name] += step
            depth += step
            formatting += step * (name in _FORMATTING)
        repeats += formatting
        if depth > MAX_NESTING or repeats > MAX_REPEATS:
            return True
    return False
