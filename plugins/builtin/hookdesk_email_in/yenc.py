"""Files that stand in a text in yEnc (http://www.yenc.org/yenc-draft.1.3.txt): each byte plus 42, and four that are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BEGIN = re.compile(rb"^=ybegin [^\r\n]{0,200}?name=([^\r\n]{1,255})\r?\n(?:=ypart [^\r\n]{0,200}\r?\n)?", re.MULTILINE)
_END = re.compile(rb"^=yend [^\r\n]{0,200}\r?\n?", re.MULTILINE)
_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_BACK = bytes((byte - 42) % 256 for byte in range(256))
_MOST = 100


def yencoded_files(content: bytes) -> Iterator[tuple[bytes, bytes, tuple[int, int]]]:
    """Name, bytes and (start, end) of each file; at most 100 are looked for."""
    at = 0
    for _ in range(_MOST):
        begin = _BEGIN.search(content, at)
        end = _END.search(content, begin.end()) if begin else None
        if not begin or not end:
            return
        lines = content[begin.end() : end.start()].translate(None, b"\r\n")
        data = _ESCAPED.sub(lambda found: bytes([(found[1][0] - 64) % 256]), lines).translate(_BACK)
        at = end.end()
        yield begin[1].strip(), data, (begin.start(), at)
