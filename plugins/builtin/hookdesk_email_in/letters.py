"""The charset of bytes without a label, by how often the letters are that nearly every text in a language is made of.

Statistics of whole languages need long texts; a subject or a mail has a few words. These need six letters, and say nothing where they
are not sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_HIGH = re.compile(rb"[\x80-\xff]")
_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")
_LONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff]{1,2}(?![\x80-\xff])")
_MARKS = "«»—–…№“”„\xa0"
_ENDINGS = "이가다는을에의고하니습요은를서지도로기사해시한"
"""Of the syllables of Korean those in nearly every sentence: simplified Chinese, read as Korean, is made of any."""
_FEWEST = 6
_SURE = 0.85


def _pairs(first: str, common: str) -> Callable[[str], float]:
    """How many of the characters beyond ASCII are `common` ones, if at least one of them is among `first`."""
    needed, usual = re.compile(first), re.compile(common)

    def share(text: str) -> float:
        beyond = [character for character in text if character > "\x7f"]
        if not beyond or not needed.search(text):
            return 0
        return sum(1 for character in beyond if usual.match(character)) / len(beyond)

    return share


def _lower_case(text: str) -> float:
    """How many letters are small Russian ones: read in the wrong charset, small letters are capitals."""
    beyond = [character for character in text if character > "\x7f" and character not in _MARKS]
    return sum(1 for letter in beyond if "а" <= letter <= "я" or letter == "ё") / len(beyond) if beyond else 0


_TESTS: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("euc_jp", _pairs(r"[ぁ-ん]", r"[ぁ-んァ-ヶ一-鿿、-〕ー！-～]")),
    ("cp932", _pairs(r"[ぁ-ん]", r"[ぁ-んァ-ヶ一-鿿、-〕ー！-～]")),
    ("cp949", _pairs(f"[{_ENDINGS}]", r"[가-힣]")),
    ("koi8_r", _lower_case),
    ("cp1251", _lower_case),
)


def by_letters(sample: bytes) -> str:
    """The charset of which the bytes hold enough usual letters, "" if that is so of none."""
    high = len(_HIGH.findall(sample))
    if high < _FEWEST or high * 2 < len(_LETTER.findall(sample)):
        return ""
    for codec, share in _TESTS:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        if share(text) >= _SURE:
            return codec
    return _chinese(sample)


def _chinese(sample: bytes) -> str:
    """Simplified or traditional, by the block in which each keeps the usual half of its characters."""
    shares = []
    for codec, low, end in (("gb18030", 0xB0, 0xD7), ("big5hkscs", 0xA4, 0xC6)):
        try:
            pairs = [found for character in sample.decode(codec) if len(found := character.encode(codec)) == 2]
        except UnicodeError:
            continue
        usual = sum(1 for pair in pairs if low <= pair[0] <= end or pair[0] in (0xA1, 0xA3))
        shares.append((usual / len(pairs) if pairs else 0, codec))
    best, codec = max(shares, default=(0, ""))
    return codec if best >= _SURE else ""


def is_western(sample: bytes) -> bool:
    """Whether nearly all bytes beyond ASCII stand alone or in pairs among Latin letters."""
    lone = sum(len(run) for run in _LONE.findall(sample))
    high = len(_HIGH.findall(sample))
    return lone * 10 >= high * 9 and high * 3 < len(_LETTER.findall(sample))
