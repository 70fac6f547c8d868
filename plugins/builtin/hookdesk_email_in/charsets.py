"""Bytes to text, whatever the label says: a label is a hint, and nothing here raises."""

from __future__ import annotations

import codecs
import re

from hookdesk_email_in.letters import by_letters, is_western

# Labels that mean more than they say: the superset reads everything that the named one can hold, and what is sent under its name.
ALIASES = {
    "us-ascii": "utf-8", "ascii": "utf-8", "ansi_x3.4-1968": "utf-8", "utf8": "utf-8", "utf-8mb4": "utf-8", "unicode-1-1-utf-7": "utf-7",
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "csgb2312": "gb18030",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "l1": "cp1252",
    "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "x-windows-874": "cp874", "windows-874": "cp874",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932",
    "iso-2022-jp": "iso2022_jp_ext", "iso-2022-jp-ms": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
    "ks_c_5601": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "euc-kr": "cp949", "x-windows-949": "cp949",
    "koi8": "koi8-r", "koi8r": "koi8-r", "koi8u": "koi8-u",
    "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "x-macintosh": "mac_roman", "x-user-defined": "cp1252",
}  # fmt: skip

_SIBLINGS = {
    "iso8859-2": "cp1250", "iso8859-5": "cp1251", "iso8859-6": "cp1256", "iso8859-7": "cp1253", "iso8859-8": "cp1255",
    "iso8859-13": "cp1257", "iso8859-15": "cp1252",
}  # fmt: skip
"""What is meant by a label if there are bytes that are control characters in it: Windows has letters there."""

_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
"""Codecs of Python's own that read what no mail is written in; some raise whatever the error handler."""

_GUESS_BYTES = 24  # below that, statistics say nothing
_SAMPLE = 20_000
_CONTROL = bytes({*range(32), 127} - set(b"\t\n\f\r\x1b"))
_ONE_BYTE = ("cp125", "iso8859", "koi8", "cp8", "cp4", "mac", "tis")
_C1 = re.compile(rb"[\x80-\x9f]")
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([JI])")
_ODD_BYTES = "hookdesk_odd_bytes"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def decode(data: bytes, label: str = "") -> str:
    """Text of `data`, read by its label if that fits, else as UTF-8, ISO-2022-JP, by statistics, and as Windows-1252 last.

    The result can be stored: no NUL (PostgreSQL refuses it) and no lone surrogate.
    """
    return decoded(data, label)[0]


def decoded(data: bytes, label: str = "") -> tuple[str, str]:
    """The same, and the codec that it was read by."""
    text, codec = _decode(data, label)
    return storable(text), codec


def storable(text: str) -> str:
    """`text` without NUL characters and lone surrogates."""
    return _UNSTORABLE.sub("", text)


def codec_of(label: str) -> str:
    """The codec to use for a charset label, "" if nobody knows it."""
    name = label.strip().strip("\"'").lower().replace(" ", "")
    name = ALIASES.get(name, name)
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    # rot13, hex, zlib and their like are codecs too, but no charsets
    return known.name if getattr(known, "_is_text_encoding", True) and known.name not in _NO_CHARSETS else ""


def _decode(data: bytes, label: str) -> tuple[str, str]:
    for bom, codec in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(bom):
            return data.decode(codec, _ODD_BYTES if codec == "utf-8" else "ignore").removeprefix("\ufeff"), codec
    if data.isascii() and b"\x1b" not in data and codec_of(label) not in ("utf-7", "hz"):
        return _ascii(data, label)
    for codec in _candidates(data, label):
        try:
            return data.decode(codec), codec
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return _loosely(data, label)


def _ascii(data: bytes, label: str) -> tuple[str, str]:
    """ASCII bytes are ASCII under any label but UTF-16 and its like, which are full of NULs then."""
    codec = codec_of(label)
    if codec.startswith(("utf-16", "utf-32")) and b"\0" in data:
        return data.decode(codec, "ignore"), codec
    return data.decode("ascii"), "ascii"


def _candidates(data: bytes, label: str) -> list[str]:
    named = codec_of(label)
    if named in _SIBLINGS and _C1.search(data):
        named = _SIBLINGS[named]
    codecs_to_try = [named, "utf-8"]
    if _ISO_2022_JP.search(data):
        codecs_to_try.insert(0, "iso2022_jp_ext")
    elif named.startswith(_ONE_BYTE):
        # any byte is valid there, so a wrong label is only seen by asking UTF-8 first, and of Latin by words without a Latin letter
        codecs_to_try.reverse()
        if named == "cp1252" and (guess := by_letters(data[:_SAMPLE])):
            codecs_to_try.insert(1, guess)
    return [codec for codec in codecs_to_try if codec]


def _loosely(data: bytes, label: str) -> tuple[str, str]:
    """The label if it fits all but a few characters, else the most probable charset."""
    for codec in (codec_of(label), "utf-8"):
        if codec and codec != "cp1252" and _mostly(data[:_SAMPLE], codec):
            return data.decode(codec, _ODD_BYTES), codec
    guess = by_letters(data[:_SAMPLE]) or _guess(data[:_SAMPLE])
    if guess and _mostly(data, guess):
        return data.decode(guess, _ODD_BYTES), guess
    return data.decode("cp1252", "replace").replace("\ufffd", "?"), "cp1252"


def _mostly(data: bytes, codec: str) -> bool:
    """Whether at least three quarters of what is not ASCII can be read."""
    text = data.decode(codec, "replace")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return text.count("\ufffd") * 4 <= beyond_ascii


def _odd_bytes(error: UnicodeError) -> tuple[str, int]:
    """Read single bytes that a charset does not know as Windows-1252: mails mix the two, and nothing is lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    odd = error.object[error.start : error.end]
    return odd.decode("cp1252", "replace").replace("\ufffd", "?"), error.end


def _guess(sample: bytes) -> str:
    """The charset by statistics, "" if there is too little to tell, or it is no text at all."""
    control = len(sample) - len(sample.translate(None, _CONTROL))
    if len(sample) <= _GUESS_BYTES or control * 50 > len(sample):
        return ""
    if is_western(sample):
        return "cp1252"
    # loaded only here: it costs more than reading a whole ordinary mail
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best else ""


codecs.register_error(_ODD_BYTES, _odd_bytes)
