"""Hooks that this plugin declares."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Shape, StoredFile, When, spec


class OutgoingHooks:
    """Outgoing mail: what goes along."""

    @spec(Shape.COLLECT, when=When.AFTER, since="0.1")
    def mail_files(self, *, key: str) -> Sequence[StoredFile] | None:
        """The files of a mail that `mail_secret` was asked for under that key: pictures of its HTML by their Content-ID, and others.

        Asked when it is sent; a key of somebody else's mail has none.
        """
