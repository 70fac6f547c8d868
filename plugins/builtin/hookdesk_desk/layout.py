"""How a queue shows its rows, where it does not use the desk's usual columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column. `sort` names the order that a click sorts by, `other` the one that a second click does ("" for none).

    `width`: "num", "who", "prio" and so on, as the theme knows them; "" takes what is left.
    """

    label: str
    css: str = ""
    sort: str = ""
    other: str = ""
    width: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its content, and classes of the theme."""

    html: str | Markup
    css: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns and the cells of each ticket, by its id; no columns: the usual ones. `rows` are classes of whole rows, `marks` stand behind
    the subject.
    """

    heads: Sequence[Head] = ()
    cells: Mapping[int, Sequence[Cell]] = field(default_factory=dict)
    rows: Mapping[int, str] = field(default_factory=dict)
    marks: Mapping[int, Markup] = field(default_factory=dict)
