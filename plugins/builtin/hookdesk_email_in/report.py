"""What was read out of a mail, and why, as lines for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from hookdesk.api import InboundMessage, MessageKind
from hookdesk_email_in.looking import Look, SeenPart
from hookdesk_email_in.reply import Fold

WIDTH = 14
FOLDS = {
    "marked": "marked as quoted or as a signature in the HTML",
    "header": "introduces a quote",
    "quoted": "quoted lines",
    "earlier": "begins an earlier mail; all that follows was folded away",
    "signature": "begins a signature",
    "forward": "a forward: nothing was folded away",
    "empty": "nothing but quotes: all of it is shown",
}


def report(path: str, look: Look) -> str:
    """One mail, several paragraphs."""
    if look.message is None:
        return f"{path}\n{_line('cannot be read', look.problem)}\n"
    return "\n".join([path, *_heads(look.message), *_kind(look), *map(_part, look.parts), *_words(look), ""])


def fold_line(fold: Fold) -> str:
    """What was folded away, and why."""
    return f"{FOLDS[fold.why]}: {fold.what}" if fold.what else FOLDS[fold.why]


def _line(label: str, value: object) -> str:
    return f"  {label:<{WIDTH}} {value}".rstrip()


def _heads(message: InboundMessage) -> Iterator[str]:
    sender = f"{message.sender_name} <{message.sender_address}>" if message.sender_name else message.sender_address
    yield _line("from", sender or "nobody is named")
    for label, addresses in (("to", message.to), ("cc", message.cc)):
        if addresses:
            yield _line(label, ", ".join(addresses))
    yield _line("subject", message.subject or "(none)")
    if message.sent_at:
        yield _line("date", message.sent_at.isoformat(" "))
    if message.message_id:
        yield _line("message id", message.message_id)
    answered = list(dict.fromkeys(filter(None, (message.in_reply_to, *reversed(message.references)))))
    for label, value in zip(["answers", *[""] * len(answered)], answered, strict=False):
        yield _line(label, value)


def _kind(look: Look) -> Iterator[str]:
    kind = look.message.kind if look.message else MessageKind.MESSAGE
    yield _line(
        "kind", f"{kind.value}, by {look.evidence}" if look.evidence else f"{kind.value}, no rule speaks against it"
    )
    if look.is_automatic:
        yield _line("", "its headers forbid that a program answers it")


def _part(part: SeenPart) -> str:
    """One line of the tree: type, what became of it, size, and by which codec text was read."""
    charset = ""
    if part.codec:
        charset = f", {part.charset or 'no charset named'}, read as {part.codec}"
    encoding = f", {part.encoding}" if part.encoding and part.role != "container" else ""
    name = f" “{part.name}”" if part.name else ""
    return _line(
        "part", f"{'  ' * part.depth}{part.content_type}{name}: {part.role}, {part.size} bytes{encoding}{charset}"
    )


def _words(look: Look) -> Iterator[str]:
    assert look.message is not None
    for file in look.message.files:
        yield _line("file", f"{file.filename or '(no name)'}, {file.content_type}, {file.size} bytes")
    for fold in look.trimmed.folds:
        yield _line("folded", fold_line(fold))
    yield _line("own words", "" if look.trimmed.words else "(none)")
    if look.trimmed.words:
        yield indent(look.trimmed.words, "    | ", lambda _: True)
