"""What subscribers are told after a commit: frozen snapshots, ids first, each with an idempotency key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened and is stored. `key` is the same at each retry; `data` is the spec's documented snapshot (JSON)."""

    name: str
    key: str
    happened_at: datetime
    data: Mapping[str, Any]

    @property
    def ticket_id(self) -> int:
        """The ticket that the event is about.

        Raises:
            KeyError: the event is not about a ticket.
        """
        return int(self.data["ticket_id"])
