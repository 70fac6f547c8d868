"""A mail under the glass: what was read out of it, and by which rules; for the command line and the admin panel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hookdesk.api import InboundMessage
from hookdesk_email_in.attachments import filename_of
from hookdesk_email_in.bodies import Body, read_body
from hookdesk_email_in.classify import classified, is_automatic
from hookdesk_email_in.fields import charset_of
from hookdesk_email_in.mime import Part, UnreadableMessage, parse_parts
from hookdesk_email_in.parse import message_of
from hookdesk_email_in.reply import Trimmed, trimmed

_NOTHING = Trimmed("")


@dataclass(frozen=True, slots=True)
class SeenPart:
    """One part of a mail. `role` is what became of it: text, file, or container. `size` is as sent, `codec` by what text was read."""

    depth: int
    content_type: str
    role: str
    size: int
    name: str = ""
    encoding: str = ""
    charset: str = ""
    codec: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """All that can be said of a mail without a site. `evidence` names the rule that made it automatic, `parts` are in their order.

    `message` is None, and `problem` says why, for what nobody can read.
    """

    message: InboundMessage | None
    problem: str = ""
    evidence: str = ""
    is_automatic: bool = False
    trimmed: Trimmed = _NOTHING
    parts: tuple[SeenPart, ...] = ()


def look(raw: bytes) -> Look:
    """Read a mail and keep the reasons; nothing is raised, whatever it holds."""
    try:
        root = parse_parts(raw)
    except UnreadableMessage as problem:
        return Look(None, str(problem))
    body = read_body(root)
    message = message_of(root, body)
    return Look(
        message,
        evidence=classified(root, message.subject, message.text)[1],
        is_automatic=is_automatic(root.headers),
        trimmed=trimmed(message.text, message.html),
        parts=tuple(_seen(root, body)),
    )


def _seen(root: Part, body: Body) -> Iterator[SeenPart]:
    waiting = [(root, 0)]
    while waiting:
        part, depth = waiting.pop()
        codec = body.read_by.get(id(part), "")
        encoding = part.raw("content-transfer-encoding").decode("latin-1").strip().lower()
        yield SeenPart(
            depth, part.content_type.value, "container" if part.children else "text" if codec else "file", len(part.content),
            filename_of(part), encoding[:40], charset_of(part), codec,
        )  # fmt: skip
        waiting.extend((child, depth + 1) for child in reversed(part.children))
