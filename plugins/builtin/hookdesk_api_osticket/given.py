"""What a body holds, read by its format and not judged yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class GivenFile:
    """An attachment. `content` None: it could not be decoded, and `problem` says why."""

    name: str
    content_type: str
    content: bytes | None = field(default=None, repr=False)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """The keys of a request; the message (None if there is none) and the files stand apart, for each format writes them in its own way."""

    values: Mapping[str, Any]
    message: str | None = None
    is_html: bool = False
    files: tuple[GivenFile, ...] = ()
