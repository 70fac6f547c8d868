"""What a line of a reply is: the header of a quote, a quoted line, the head of an earlier mail, the start of a signature."""

from __future__ import annotations

from hookdesk_email_in.reply_patterns import (
    ABOVE,
    ADDRESS_ALONE,
    ANGLE_ADDRESS,
    BIDI,
    BLOCK_FROM,
    BLOCK_LINE,
    BLOCK_OTHER,
    HEADER_ADDRESS_START,
    HEADER_BARE,
    HEADER_DATED,
    HEADER_END,
    HEADER_GROUPWISE,
    HEADER_INLINE,
    HEADER_QUOTING,
    HEADER_SHORT,
    HEADER_START,
    HEADER_VERB,
    HEADER_ZONED,
    LABELLED,
    LABELLED_ADDRESS,
    MAX_LINE,
    MOMENT_ALONE,
    NOT_QUOTED,
    NOTES_LINE,
    ORIGINAL,
    QUOTED,
    RULE,
    SENT_BY_DEVICE,
    SENT_FROM,
    SEPARATOR,
    SIGNATURE_MARK,
    SOME_DATE,
    TIME,
    UNDERSCORES,
    YEAR,
)

_HEADER_LINES = 4
_HEADER_SPAN = 7
_SENT_FROM_LINES = 4
_SHORT = 60
_WRAPPED = 2
_LONGEST = 250


def quote_header(lines: list[str], at: int) -> int:
    """The line after a header of a quote ("On … Jane wrote:", perhaps wrapped) that begins at `at`, 0 if none does."""
    if own_words_before(lines[at]) or _is_short(lines, at):
        return at + 1
    stands_alone = at == 0 or not lines[at - 1].strip()
    pieces: list[str] = []
    for end in range(at, min(at + _HEADER_SPAN, len(lines))):
        piece = BIDI.sub("", lines[end][:MAX_LINE]).strip(" \t\r\xa0*")
        if not piece and not pieces:
            return 0
        pieces += [piece] if piece else []
        if len(pieces) > _HEADER_LINES:
            return 0
        is_run = end - at < len(pieces) and (len(pieces) == 1 or stands_alone)
        if is_run and _is_program_made(pieces, lines, end + 1):
            return end + 1
        if not _is_header(pieces, runs_on=end + 1 < len(lines) and _is_own(lines[end + 1])):
            continue
        if not _is_dated(pieces[0]) and any(
            HEADER_START.match(pieces[later]) and _is_header(pieces[later:]) for later in range(1, len(pieces))
        ):
            return 0  # it is a sentence, and the header begins further down
        return end + 1
    return 0


def _is_program_made(pieces: list[str], lines: list[str], after: int) -> bool:
    """Whether a line, or one that was wrapped once, can only be a program's, in whatever language: day, time, and an address in brackets or
    a quote below it."""
    line = " ".join(pieces)
    if len(pieces) > _WRAPPED or len(line) > _LONGEST or not (_is_dated(pieces[0]) or ANGLE_ADDRESS.search(pieces[0])):
        return False
    if HEADER_ZONED.match(line):
        return True
    if HEADER_DATED.match(line):
        return _quote_follows(lines, after)
    if not line.endswith((":", "：")) or not (TIME.search(line) and YEAR.search(line)):
        return False
    return bool(ANGLE_ADDRESS.search(line)) or _quote_follows(lines, after)


def _is_short(lines: list[str], at: int) -> bool:
    """Whether a line introduces a quote without saying when it was written."""
    line = lines[at][:MAX_LINE].strip()
    if HEADER_GROUPWISE.match(line):
        return True
    if HEADER_QUOTING.match(line) and ANGLE_ADDRESS.search(line):
        return True
    return bool(HEADER_SHORT.match(line) or HEADER_QUOTING.match(line)) and _quote_follows(lines, at + 1)


def _is_own(line: str) -> bool:
    return bool(line.strip()) and not is_quoted(line)


def _quote_follows(lines: list[str], at: int) -> bool:
    """Whether the next line with words is quoted."""
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return is_quoted(following)


def _is_dated(line: str) -> bool:
    return bool(YEAR.search(line) or TIME.search(line))


def own_words_before(line: str) -> str:
    """What stands before a header of a quote on the same line, "" if that is not so."""
    if len(line) > MAX_LINE or not line.rstrip().endswith("wrote:"):
        return ""
    found = HEADER_INLINE.match(line)
    return found["own"] if found else ""


def _is_header(pieces: list[str], *, runs_on: bool = False) -> bool:
    """Whether a line, or a few that a mail program wrapped, introduce a quote. `runs_on`: words that are not quoted follow at once, as they
    do after a sentence ("On Monday at 10:00 he wrote:")."""
    line = " ".join(pieces)[:MAX_LINE]
    if not line.endswith((":", "：")):
        return bool(HEADER_BARE.match(line))
    verb = HEADER_VERB.search(line)
    if not verb and not HEADER_END.search(line):
        return False
    address = "@" in line
    starts = HEADER_START.match(line) or HEADER_ADDRESS_START.match(pieces[0])
    if not verb:
        return bool(starts and address and TIME.search(line) and YEAR.search(line))
    if starts:
        return address or bool(YEAR.search(line)) or (not runs_on and bool(TIME.search(line) or SOME_DATE.search(line)))
    return len(pieces) == 1 and (address or bool(TIME.search(line) and YEAR.search(line)))


def is_quoted(line: str) -> bool:
    """Whether a line carries a quotation mark."""
    line = line.lstrip("\u200e\u200f\u202a\u202b")
    return bool(QUOTED.match(line)) and not NOT_QUOTED.search(line[-MAX_LINE:])


def is_broken_quote(lines: list[str], at: int) -> bool:
    """Whether a line between quoted ones is the rest of one, cut off where its link was wrapped."""
    if not 0 < at < len(lines) - 1 or not (is_quoted(lines[at - 1]) and is_quoted(lines[at + 1])):
        return False
    line, before = lines[at][:MAX_LINE].rstrip(), lines[at - 1][-MAX_LINE:]
    return line.endswith(" >") or ("(http" in before and ")" not in before.rpartition("(http")[2] and ")" in line)


def ends_here(lines: list[str], at: int) -> bool:
    """Whether everything from this line on is an earlier mail: a separator, or a block of its headers."""
    line = lines[at][:MAX_LINE]
    if ORIGINAL.match(line) or ABOVE.search(line) or BLOCK_LINE.match(line) or NOTES_LINE.match(line):
        return True
    if SEPARATOR.match(line):
        following = next((place for place in range(at + 1, min(at + 4, len(lines))) if lines[place].strip()), at)
        return following > at and bool(BLOCK_FROM.match(lines[following][:MAX_LINE])) and ends_here(lines, following)
    is_labelled, is_from = LABELLED_ADDRESS.match(line), BLOCK_FROM.match(line)
    is_block = is_from or BLOCK_OTHER.match(line)
    is_alone = "@" in line and ADDRESS_ALONE.match(line)
    if not (is_labelled or is_block or is_alone):
        return False
    window = [following[:MAX_LINE] for following in lines[at : at + 8] if following.strip()][:6]
    if is_labelled and _are_labelled(window[1:4]):
        return True
    if is_alone and any(map(MOMENT_ALONE.match, window[1:2])):
        return True
    if not is_block:
        return False
    others = sum(1 for following in window[1:] if BLOCK_OTHER.match(following) or BLOCK_FROM.match(following))
    if is_from:
        is_head = others >= 2 or (others == 1 and (len(window) <= 3 or _are_labelled(window[:2])))
    else:
        is_head = others >= 2 or (others == 1 and "@" in " ".join(window[:2]))
    return is_head and any("@" in following or YEAR.search(following[:200]) for following in window)


def _are_labelled(lines: list[str]) -> bool:
    """Whether two lines and more begin with labels, one of them that of a time."""
    labelled = [line for line in lines if LABELLED.match(line)]
    return len(labelled) > 1 and any(TIME.search(line) and YEAR.search(line) for line in labelled)


def starts_signature(lines: list[str], at: int) -> bool:
    """Whether a signature, or what a mail program adds, begins at one of the last lines."""
    line = lines[at][:MAX_LINE]
    if SIGNATURE_MARK.match(line):
        return True
    if SENT_FROM.match(line):
        return len(_words_after(lines, at)) <= _SENT_FROM_LINES
    if at and lines[at - 1].strip():
        return False
    if UNDERSCORES.match(line):
        return True
    if SENT_BY_DEVICE.match(line):
        return len(_words_after(lines, at)) <= _SENT_FROM_LINES
    return bool(RULE.match(line)) and _are_short(_words_after(lines, at))


def _words_after(lines: list[str], at: int) -> list[str]:
    """The lines with words behind that one."""
    return [following for following in lines[at + 1 :] if following.strip()]


def _are_short(rest: list[str]) -> bool:
    """Whether lines below a rule are those of a signature: short ones, without another rule."""
    if any(RULE.match(following[:MAX_LINE]) for following in rest):
        return False
    return sum(1 for following in rest if len(following) > _SHORT) * 4 <= len(rest)
