"""Entries as a thread shows them: plain text turned into paragraphs, sanitized HTML with its pictures put in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"]{1,2000}")
_TRAILING = ".,;:!?)]}'’”»"
_IMAGE = re.compile(r"<img\b(?:[^<>\"]|\"[^\"]*\")*>")
_CID = re.compile(r'\bsrc="cid:([^"]*)"', re.IGNORECASE)
_REMOTE = 'data-remote-src="'
_TAG = re.compile(r"<([a-z][a-z0-9]*)\b", re.IGNORECASE)
_SIMPLE = frozenset("a b blockquote br code del div em h1 h2 i img li mark ol p pre s span strong ul".split())
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


def text_to_html(text: str) -> Markup:
    """Plain text as paragraphs with line breaks; web addresses become links. Everything else is escaped."""
    parts = _PARAGRAPHS.split(text.replace("\r\n", "\n").strip("\n"))
    return Markup("").join(
        Markup("<p>%s</p>") % Markup("<br>").join(_linked(line) for line in part.split("\n")) for part in parts
    )


def _linked(line: str) -> Markup:
    """One line with its links."""
    parts, end = [], 0
    for found in _LINK.finditer(line):
        address = found[0].rstrip(_TRAILING)
        link = Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(address)
        parts += [line[end : found.start()], link]
        end = found.start() + len(address)
    return Markup("").join([*parts, line[end:]])


def html_body(html: str, files: Mapping[str, str], show_remote: bool) -> tuple[Markup, int]:
    """HTML that core has sanitized, with pictures: those sent along by their address in `files` (Content-ID → address, RFC 2392), remote
    ones only if wanted. Returns it and how many remote pictures were left out.
    """
    blocked = 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal blocked
        tag = _CID.sub(_by_content_id(files), found[0])
        if _REMOTE in tag:
            if show_remote:
                return tag.replace(_REMOTE, 'src="', 1)
            blocked += 1
        return tag

    return Markup(_IMAGE.sub(replaced, html)), blocked  # noqa: S704  # core has sanitized it; only addresses are changed


def pictures_in(html: str) -> set[str]:
    """The Content-IDs of the pictures that stand in sanitized HTML."""
    return {unescape(cid[1]) for tag in _IMAGE.findall(html) for cid in _CID.finditer(tag)}


def is_editable(html: str) -> bool:
    """True if the editor keeps all of it: it knows no tables, and no pictures from elsewhere."""
    return _REMOTE not in html and {found[1].lower() for found in _TAG.finditer(html)} <= _SIMPLE


def _by_content_id(files: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    """Puts our own address where a Content-ID stood; one that names no file shows its alternative text."""

    def address(found: re.Match[str]) -> str:
        url = files.get(unescape(found[1]))
        return f'src="{escape(url)}"' if url else ""

    return address
