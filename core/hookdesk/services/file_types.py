"""Which files a site takes: by the ending of their name, and by whether their bytes are what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

HEAD = 2048
"""So many bytes of a file are looked at."""
SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "png": (b"\x89PNG\r\n\x1a\n",), "gif": (b"GIF87a", b"GIF89a"), "bmp": (b"BM",), "webp": (b"RIFF",), "7z": (b"7z\xbc\xaf'\x1c",),
    "gz": (b"\x1f\x8b",), "tgz": (b"\x1f\x8b",), "bz2": (b"BZh",), "xz": (b"\xfd7zXZ\x00",), "rar": (b"Rar!",),
    **dict.fromkeys(("jpg", "jpeg"), (b"\xff\xd8\xff",)), **dict.fromkeys(("tif", "tiff"), (b"II*\x00", b"MM\x00*")),
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "odg"), (b"PK\x03\x04", b"PK\x05\x06")),
    **dict.fromkeys(("doc", "xls", "ppt", "msg"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)),
}  # fmt: skip
"""How files of an ending begin: with one of these."""
TEXTS = frozenset({"txt", "csv", "tsv", "log", "md", "json", "xml", "ics", "vcf", "eml"})
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")


def ending(filename: str) -> str:
    """The ending of a name, in lower case, without its dot."""
    return filename.rpartition(".")[2].strip().lower()


def is_taken(filename: str, head: bytes, allowed: Sequence[str]) -> bool:
    """True if the site's list is empty, or names the ending and the file's first bytes (`head`) do not belie it."""
    wanted = {kind.strip().lower().lstrip(".") for kind in allowed if kind.strip()}
    return not wanted or (ending(filename) in wanted and not belies(filename, head))


def belies(filename: str, head: bytes) -> bool:
    """True if bytes cannot be what the name's ending says. Of endings that are not known here, anything can be."""
    kind, head = ending(filename), head[:HEAD]
    if kind in TEXTS:
        return head.startswith(_PROGRAMS) or (b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")))
    if kind == "pdf":
        return b"%PDF-" not in head[:1024]
    return kind in SIGNATURES and not head.startswith(SIGNATURES[kind])
