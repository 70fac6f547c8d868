"""Hooks that this plugin declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import Shape, When, spec


class BanHooks:
    """Bans: who else is turned away."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def unwelcome_senders(self, *, words: str, most: int) -> Sequence[Mapping[str, Any]] | None:
        """Senders that you turn away by a list of your own, so that the administrator finds all of them in one: the newest `most` whose
        name or note has these words ("" for all).

        Each: value (the address or domain as you keep it), note, by (who did it, or ""), at (when), url (where a POST takes it off your
        list).
        """
