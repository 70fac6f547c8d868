"""What a rule about new tickets can do: actions, and the values that each asks the admin for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hookdesk.types.drafts import TicketDraft
from hookdesk.types.events import Event


@dataclass(frozen=True, slots=True)
class ActionField:
    """One value that an action needs. `kind` is "choice" (with `choices`: value and label), "text", "lines" or "switch"."""

    name: str
    label: str
    kind: str = "text"
    choices: Callable[[], Iterable[tuple[Any, str]]] | None = None
    hint: str = ""
    is_needed: bool = True
    most: int = 2000


@dataclass(frozen=True, slots=True)
class FilterAction:
    """Something that rules can do with a new ticket.

    `name` is stored with the rule and stays for ever. `apply(draft, values)` returns the changed draft; it reads, and never writes: rows
    go along with `draft.with_rows`. `check(values)` says what is wrong with the values at the moment ("the department is gone"), or "";
    it is asked when a rule is saved, when rules are looked over, and before each `apply`: a rule with a problem is skipped as a whole.
    `sets` names the fields of conditions that it decides ("department"), so that rules which decide the same can be told; `varies` says
    that it does not set the same for every ticket.
    `is_last` says that no ticket comes of it. `after(event, values)` runs once it is stored, with the event `ticket_created` or
    `intake_settled`; it may be asked again with the same `event.key`. `warn(values)` says what may be a mistake.
    """

    name: str
    label: str
    apply: Callable[[TicketDraft, Mapping[str, Any]], TicketDraft]
    fields: tuple[ActionField, ...] = ()
    check: Callable[[Mapping[str, Any]], str] = lambda values: ""
    sets: tuple[str, ...] = ()
    varies: bool = False
    is_last: bool = False
    after: Callable[[Event, Mapping[str, Any]], None] | None = None
    warn: Callable[[Mapping[str, Any]], str] = lambda values: ""
