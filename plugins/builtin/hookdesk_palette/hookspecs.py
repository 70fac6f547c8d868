"""The hook by which other plugins let their things be found."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Actor, PaletteItem, Shape, When, spec


class PaletteHooks:
    """Palette: what the command palette finds."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def palette_items(self, *, actor: Actor, query: str) -> Sequence[PaletteItem] | None:
        """What this actor may go to and what fits what was typed, at most ten, best first; asked at each pause in typing.

        `query` is never empty. One that begins with "#" asks for a ticket's number, one with "@" for people.
        """
