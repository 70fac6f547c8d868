"""The sender's own new words: the body without quoted text and signature, for display. The whole body is always kept beside it.

HTML first, where mail programs mark what they quote; then lines of text, in many languages. A forward is left alone, and where
nothing would remain the whole text is given: words that nobody sees are the worst mistake. Work is bounded by lines.
"""

from __future__ import annotations

from hookdesk.api import html_to_text
from hookdesk_email_in.reply_html import own_html_text
from hookdesk_email_in.reply_patterns import (
    ABOVE,
    BLOCK_FROM,
    BLOCK_LINE,
    BLOCK_OTHER,
    DELIMITER,
    FORWARD,
    HEADER_ADDRESS_START,
    HEADER_BARE,
    HEADER_END,
    HEADER_INLINE,
    HEADER_START,
    HEADER_VERB,
    NOT_QUOTED,
    ORIGINAL,
    QUOTED,
    RULE,
    SENT_FROM,
    SIGNATURE_MARK,
    SOME_DATE,
    TIME,
    YEAR,
)

MAX_LINES = 5000
MAX_LINE = 1000
MAX_HTML = 500_000
_HEADER_LINES = 4
_HEADER_SPAN = 7
_SIGNATURE_LINES = 25
_SENT_FROM_LINES = 4
_SHORT = 60


def trim_reply(text: str, html: str) -> str:
    """The new words of a reply, as plain text. `text` is the whole body; `html` the same as HTML, "" if there is none."""
    if html and len(html) <= MAX_HTML and (own := trim_text(own_html_text(html))):
        return own
    return trim_text(text or html_to_text(html)) or text.strip()


def trim_text(text: str) -> str:
    """The new words of a plain text; all of it if nothing else would remain."""
    lines = text.replace("\r\n", "\n").replace("\u200b", "").replace("\ufeff", "").split("\n")
    rest = lines[MAX_LINES:]
    lines = lines[:MAX_LINES]
    if any(FORWARD.match(line[:MAX_LINE]) for line in lines):
        return text.strip()
    kept, cut = _without_quotes(lines)
    kept = _without_signature(kept if cut else kept + rest)
    return "\n".join(kept).strip("\n") if any(line.strip() for line in kept) else text.strip()


def _without_quotes(lines: list[str]) -> tuple[list[str], bool]:
    """The lines that are not quoted, and whether everything after a certain line was cut."""
    kept: list[str] = []
    at = 0
    fenced = False
    while at < len(lines):
        line = lines[at][:MAX_LINE]
        fenced ^= line.startswith("```")
        if fenced:
            kept.append(lines[at])
            at += 1
        elif after := _header(lines, at, kept):
            at, cut = _after_header(lines, after, kept)
            if cut:
                return kept, True
        elif _is_quoted(line):
            at += 1
        elif _ends_here(lines, at) and _has_words(kept):
            return kept, True
        else:
            kept.append(lines[at])
            at += 1
    return kept, False


def _header(lines: list[str], at: int, kept: list[str]) -> int:
    """The line after a quotation header ("On … wrote:") that begins at `at`, 0 if none does."""
    line = lines[at][:MAX_LINE]
    if inline := HEADER_INLINE.match(line):
        kept.append(inline["own"])
        return at + 1
    pieces: list[str] = []
    for end in range(at, min(at + _HEADER_SPAN, len(lines))):
        piece = lines[end][:MAX_LINE].strip()
        if not piece and not pieces:
            return 0
        pieces += [piece] if piece else []
        if len(pieces) > _HEADER_LINES:
            return 0
        if not _is_header(pieces):
            continue
        if any(HEADER_START.match(pieces[later]) and _is_header(pieces[later:]) for later in range(1, len(pieces))):
            return 0  # the header begins further down
        return end + 1
    return 0


def _is_header(pieces: list[str]) -> bool:
    """Whether a line, or a few that a mail program wrapped, introduce a quote."""
    line = " ".join(pieces)[:MAX_LINE]
    if HEADER_BARE.match(line):
        return True
    verb = HEADER_VERB.search(line)
    if not verb and not HEADER_END.search(line):
        return False
    address = "@" in line
    starts = HEADER_START.match(line) or HEADER_ADDRESS_START.match(pieces[0])
    if not verb:
        return bool(starts and address and TIME.search(line) and YEAR.search(line))
    if starts:
        return address or bool(TIME.search(line) or YEAR.search(line) or SOME_DATE.search(line))
    return address and len(pieces) == 1


def _after_header(lines: list[str], at: int, kept: list[str]) -> tuple[int, bool]:
    """Where to go on below a quotation header, and whether to stop.

    What follows it is quoted: marked lines, and own words may come after them; else all the rest, unless nothing stood above it.
    """
    start = at
    while at < len(lines) and not lines[at].strip():
        at += 1
    if at < len(lines) and _is_quoted(lines[at]):
        return at, False
    return (start, True) if _has_words(kept) else (start, False)


def _is_quoted(line: str) -> bool:
    return bool(QUOTED.match(line)) and not NOT_QUOTED.search(line)


def _ends_here(lines: list[str], at: int) -> bool:
    """Whether everything from this line on is an earlier mail: a separator, or a block of its headers."""
    line = lines[at][:MAX_LINE]
    if ORIGINAL.match(line) or ABOVE.search(line) or BLOCK_LINE.match(line):
        return True
    window = [following[:MAX_LINE] for following in lines[at : at + 8] if following.strip()][:6]
    if not window:
        return False
    others = sum(1 for following in window[1:] if BLOCK_OTHER.match(following) or BLOCK_FROM.match(following))
    if BLOCK_FROM.match(line):
        return others >= 2 or (others == 1 and len(window) <= 3)
    return bool(BLOCK_OTHER.match(line)) and others >= 1 and ("@" in " ".join(window[:2]) or others >= 2)


def _has_words(lines: list[str]) -> bool:
    return any(line.strip() and not DELIMITER.match(line) for line in lines)


def _without_signature(lines: list[str]) -> list[str]:
    """Cut from a signature mark on, drop lines that a mail program added, and separators that are left at the end."""
    for at in range(_tail(lines), len(lines)):
        if _starts_signature(lines, at) and _has_words(lines[:at]):
            lines = lines[:at]
            break
    end = len(lines)
    while end and (not lines[end - 1].strip() or DELIMITER.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _tail(lines: list[str]) -> int:
    """Where the last lines begin that a signature may take up."""
    at = len(lines)
    words = 0
    while at and words <= _SIGNATURE_LINES:
        at -= 1
        words += bool(lines[at].strip())
    return at


def _starts_signature(lines: list[str], at: int) -> bool:
    line = lines[at][:MAX_LINE]
    rest = [following for following in lines[at + 1 :] if following.strip()]
    if SENT_FROM.match(line):
        return len(rest) <= _SENT_FROM_LINES
    if SIGNATURE_MARK.match(line):
        return True
    if not RULE.match(line) or (at and lines[at - 1].strip()):
        return False
    return sum(1 for following in rest if len(following) > _SHORT) * 4 <= len(rest)
