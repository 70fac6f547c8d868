"""The hook that this plugin declares for others."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Shape, When, spec


class SpamWordsHooks:
    """Spam words: where words come from besides the settings."""

    @spec(Shape.COLLECT, when=When.WRITE, since="0.1")
    def spam_word_lists(self) -> Sequence[str] | None:
        """Further words or phrases to look for, in any case."""
