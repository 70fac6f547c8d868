"""Compiled templates, shared by all the applications of a test run: each would spend most of its first pages on compiling them."""

from __future__ import annotations

from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """Byte code by template and source; a template that reads differently is compiled again."""

    def __init__(self) -> None:
        """Nothing is compiled yet."""
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What an application before compiled of it."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for those that come."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
