"""The system log: lines for the admin."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.models import SystemLog
from hookdesk.outbox import emit
from hookdesk.services import counters
from hookdesk.types.actors import Actor

logger = logging.getLogger("hookdesk")
SET_UP = "hookdesk_set_up"
"""Stands in a session's `info` once it changed how the site is set up."""
LONGEST = 2000
"""Characters of a value that are told in `configuration_changed`."""


def write(session: Session, level: str, source: str, message: str) -> None:
    """Add a line ("info", "warning", "error") in the given transaction, and to the process's log."""
    logger.log(getattr(logging, level.upper()), "%s: %s", source, message)
    session.add(SystemLog(level=level, source=source[:60], message=message[:4000], created_at=clock.now()))


def changed(
    session: Session,
    actor: Actor,
    kind: str,
    name: str,
    changes: Mapping[str, tuple[Any, Any]],
    *,
    act: str = "changed",
    words: str = "",
    level: str = "info",
) -> None:
    """Somebody changed how the site is set up: a line, and the event `configuration_changed` for whoever keeps an audit.

    `changes` maps fields onto what they were and what they are now, without secrets; `words` replaces the line. What `cached` keeps is read
    anew from then on.
    """
    counters.increase(session, "settings")
    session.info[SET_UP] = True
    told = words or f"{actor.name} {act} the {kind} {name}" + (f": {', '.join(changes)}" if act == "changed" else "")
    write(session, level, kind, told)
    data = {
        "actor": actor.name, "agent_id": actor.agent_id, "act": act, "kind": kind, "name": name[:200],
        "changes": {field: [_short(before), _short(after)] for field, (before, after) in changes.items()},
    }  # fmt: skip
    emit(session, "configuration_changed", data)


def _short(value: Any) -> Any:
    """A value as JSON can hold it, cut where it is long."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_short(item) for item in sorted(value, key=str)][:200]
    return str(value)[:LONGEST]
