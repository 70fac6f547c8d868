"""What is stated about a queue, and what makes it good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hookdesk.api import criteria

STATES = ("open", "closed", "")
INHERITED = ("conditions", "columns", "sorts", "export")
LOOKS = ("danger", "warning", "success", "info", "accent", "muted", "strong", "struck")
"""How styles look: tones of the theme's palette, bold, and struck through."""
WIDTHS = ("", "narrow", "medium", "wide")
MOST_LEVELS, MOST_QUEUES, MOST_OWN = 4, 200, 50
MOST_COLUMNS, MOST_STYLES, MOST_NAME = 16, 8, 100


class QueueProblem(ValueError):
    """A queue cannot be stored as asked. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What somebody states about a queue; see the model for what each is."""

    title: str
    parent_id: int | None = None
    icon: str = ""
    state: str = "open"
    is_active: bool = True
    words: str = ""
    inherits: tuple[str, ...] = ()
    conditions: Mapping[str, Any] = field(default_factory=lambda: criteria.dump(criteria.EMPTY))
    columns: tuple[Mapping[str, Any], ...] = ()
    styles: tuple[Mapping[str, Any], ...] = ()
    sort: str = ""
    sorts: tuple[str, ...] = ()
    quick: str = ""
    export: tuple[str, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As the table holds it."""
        given = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
