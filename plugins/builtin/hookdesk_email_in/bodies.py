"""Body and files of a mail: which part is which, and the body as one text and one HTML document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from hookdesk.api import InboundFile, html_to_text
from hookdesk_email_in.attachments import encoded_in_text, file_of, filename_of
from hookdesk_email_in.charsets import decoded
from hookdesk_email_in.fields import charset_of
from hookdesk_email_in.mime import Part

# what is longer stays a file beside the shortened text: nobody reads it, and every page would carry it
MAX_TEXT_BYTES = 2_000_000
_OTHER_TEXT = ("text/enriched", "text/richtext")
"""Read where they are all there is (RFC 1896); a mail program that sends them beside plain text says the same there."""
_TAG = re.compile(r"<[^<>\n]{0,200}>")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


@dataclass(slots=True)
class Piece:
    """One stretch of the body in reading order; `html` is "" if only text was sent, `text` if only HTML was."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class Body:
    """What the parts of a mail come to."""

    pieces: list[Piece] = field(default_factory=list)
    files: list[InboundFile] = field(default_factory=list)
    read_by: dict[int, str] = field(default_factory=dict)
    """Which parts (by their `id()`) are text, and by which codec it was read; every other leaf is a file."""
    room: int = MAX_TEXT_BYTES

    @property
    def text(self) -> str:
        """The whole body as plain text."""
        return "\n\n".join(filter(None, (piece.text or html_to_text(piece.html) for piece in self.pieces))).strip("\n")

    @property
    def html(self) -> str:
        """The whole body as HTML, "" if no part of it was sent as HTML. Not sanitized."""
        if not any(piece.html for piece in self.pieces):
            return ""
        return "\n".join(piece.html or f"<pre>{escape(piece.text)}</pre>" for piece in self.pieces)


def read_body(root: Part) -> Body:
    """Walk the parts in order."""
    body = Body()
    if root.content_type.value in _OTHER_TEXT:
        _add_text(body, root)
    else:
        _walk(body, root)
    return body


def _walk(body: Body, root: Part) -> None:
    waiting = [(root, False)]
    while waiting:
        part, resource = waiting.pop()
        kind = part.content_type.value
        if part.children and kind == "multipart/alternative":
            _add_alternatives(body, part)
        elif part.children:
            # what follows the root of multipart/related belongs into its page (RFC 2387): a frame, a picture
            resources = [kind == "multipart/related" and number > 0 for number in range(len(part.children))]
            waiting.extend(reversed(list(zip(part.children, resources, strict=True))))
        elif is_text(part) and not (resource and kind == "text/html"):
            _add_text(body, part)
        else:
            body.files.append(file_of(part))


def _add_alternatives(body: Body, alternatives: Part) -> None:
    """The same content several times (RFC 2046 section 5.1.4): one piece of the body, with the best text and the best HTML."""
    inner = Body(room=body.room, read_by=body.read_by)
    for child in alternatives.children:
        _walk(inner, child)
    body.room = inner.room
    texts = [piece.text for piece in inner.pieces if piece.text and not piece.html]
    html = "\n".join(piece.html for piece in inner.pieces if piece.html)
    if texts or html:
        body.pieces.append(Piece("\n\n".join(texts), html))
    body.files += inner.files


def _add_text(body: Body, part: Part) -> None:
    content = part.decoded()
    if len(content) > body.room:
        body.files.append(file_of(part))
        content = content[: body.room]
    body.room -= len(content)
    if part.content_type.value == "text/html":
        html, body.read_by[id(part)] = decoded(content, charset_of(part) or _meta_charset(content))
        body.pieces.append(Piece(html=html))
        return
    content, files = encoded_in_text(content)
    body.files += files
    text, body.read_by[id(part)] = decoded(content, charset_of(part))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.content_type.params.get("format", "").lower() == "flowed":
        text = unflow(text, delsp=part.content_type.params.get("delsp", "").lower() == "yes")
    if part.content_type.value in _OTHER_TEXT:
        text = _TAG.sub("", text)
    if text.strip():
        body.pieces.append(Piece(text=text))


def is_text(part: Part) -> bool:
    """Whether a leaf is a part of the body: text, not marked as a file, and without a name."""
    kind = part.content_type.value
    if kind.startswith("multipart/"):
        return True  # a container without a boundary: the text is all there is
    if part.disposition.value == "attachment":
        return False
    return kind in ("text/plain", "text/html", "text/markdown", "text/x-markdown") and not filename_of(part)


def unflow(text: str, *, delsp: bool) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676); lines of different quote depth are never joined."""
    paragraphs: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        content = line[quotes:].removeprefix(" ")
        flowed = content.endswith(" ") and content != "-- "
        content = content[:-1] if flowed and delsp else content
        if open_depth == quotes and content != "-- ":
            paragraphs[-1].append(content)
        else:
            paragraphs.append([">" * quotes + " " * bool(quotes), content])
        open_depth = quotes if flowed else -1
    return "\n".join("".join(pieces) for pieces in paragraphs)


def _meta_charset(content: bytes) -> str:
    found = _META_CHARSET.search(content[:2000])
    return found[1].decode("ascii", "ignore") if found else ""
