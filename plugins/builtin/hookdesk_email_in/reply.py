"""The sender's own new words: the body without quoted text and signature, for display. The whole body is always kept beside it.

HTML first, where mail programs mark what they quote; then lines of text, in many languages. A forward is left alone, and where
nothing would remain the whole text is given: words that nobody sees are the worst mistake. Work is bounded by lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from hookdesk.api import html_to_text
from hookdesk_email_in.reply_html import own_html_text
from hookdesk_email_in.reply_marks import (
    ends_here,
    is_broken_quote,
    is_quoted,
    own_words_before,
    quote_header,
    starts_signature,
)
from hookdesk_email_in.reply_patterns import DELIMITER, FORWARD, MAX_LINE

MAX_LINES = 5000
MAX_HTML = 500_000
SIGNATURE_LINES = 25


@dataclass(frozen=True, slots=True)
class Fold:
    """Something that was folded away. `why`: marked (in HTML), header, quoted, earlier (all that follows is an earlier mail), signature;
    or why nothing was: forward, empty (nothing else would be left). `what` is its beginning."""

    why: str
    what: str


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The sender's own words, and what was folded away in order."""

    words: str
    folds: tuple[Fold, ...] = ()


def trim_reply(text: str, html: str) -> str:
    """The new words of a reply, as plain text. `text` is the whole body; `html` the same as HTML, "" if there is none."""
    return trimmed(text, html).words


def trimmed(text: str, html: str) -> Trimmed:
    """The same, with what was folded away and why."""
    if html and len(html) <= MAX_HTML:
        marked: list[str] = []
        own = trimmed_text(own_html_text(html, marked))
        if own.words:
            return Trimmed(own.words, (*(Fold("marked", what) for what in marked), *own.folds))
    own = trimmed_text(text or html_to_text(html))
    return own if own.words else Trimmed(text.strip())


def trim_text(text: str) -> str:
    """The new words of a plain text; all of it if nothing else would remain."""
    return trimmed_text(text).words


def trimmed_text(text: str) -> Trimmed:
    """The same, with what was folded away and why."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u200b", "").replace("\ufeff", "").split("\n")
    first, rest = lines[:MAX_LINES], lines[MAX_LINES:]
    forward = next((line for line in first if FORWARD.match(line[:MAX_LINE])), None)
    if forward is not None:
        return Trimmed(text.strip(), (_fold("forward", forward),))
    own = OwnLines()
    if not _sort_out(first, own):
        own.lines += rest
    kept = own.without_signature()
    if not own.has_words:
        return Trimmed(text.strip(), (Fold("empty", ""),))
    return Trimmed("\n".join(kept).strip("\n"), tuple(first for first, _ in groupby(own.folds)))


def _fold(why: str, line: str) -> Fold:
    return Fold(why, line.strip()[:100])


class OwnLines:
    """The lines that the sender wrote, as they are found."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.folds: list[Fold] = []
        self.first_words = -1
        """Where the first line with words stands, -1 if there is none."""

    @property
    def has_words(self) -> bool:
        """True if anything but empty lines and separators was found."""
        return self.first_words >= 0

    def add(self, line: str) -> None:
        """One more line."""
        if not self.has_words and line.strip() and not DELIMITER.match(line[:MAX_LINE]):
            self.first_words = len(self.lines)
        self.lines.append(line)

    def fold(self, why: str, line: str) -> None:
        """Note what is left out; of a run of quoted lines the first tells."""
        if why != "quoted" or not self.folds or self.folds[-1].why != why:
            self.folds.append(_fold(why, line))

    def without_signature(self) -> list[str]:
        """The lines up to a signature, without separators that are left at the end."""
        end = len(self.lines)
        for at in range(max(self._tail(), self.first_words + 1), end):
            if self.lines[at].strip() and starts_signature(self.lines, at):
                self.fold("signature", self.lines[at])
                end = at
                break
        while end and (not self.lines[end - 1].strip() or DELIMITER.match(self.lines[end - 1][:MAX_LINE])):
            end -= 1
        return self.lines[:end]

    def _tail(self) -> int:
        """Where the last lines begin that a signature may take up."""
        at = len(self.lines)
        words = 0
        while at and words <= SIGNATURE_LINES:
            at -= 1
            words += bool(self.lines[at].strip())
        return at


def _sort_out(lines: list[str], own: OwnLines) -> bool:
    """Add what is not quoted to `own`; True if everything after a certain line is an earlier mail."""
    at = 0
    fenced = False
    while at < len(lines):
        line = lines[at][:MAX_LINE]
        fenced ^= line.startswith("```")
        if fenced:
            own.add(lines[at])
            at += 1
        elif after := quote_header(lines, at):
            if words := own_words_before(line):
                own.add(words)
            own.fold("header", line)
            at = _after_spaces(lines, after)
            quoted = at < len(lines) and is_quoted(lines[at])
            if not quoted and own.has_words:
                return True  # no marks: all that follows is quoted, unless it is all there is
        elif is_quoted(line) or is_broken_quote(lines, at):
            own.fold("quoted", line)
            at += 1
        elif own.has_words and ends_here(lines, at):
            own.fold("earlier", line)
            return True
        else:
            own.add(lines[at])
            at += 1
    return False


def _after_spaces(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at
