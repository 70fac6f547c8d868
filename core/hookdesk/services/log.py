"""The system log: lines for the admin."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.models import SystemLog

logger = logging.getLogger("hookdesk")


def write(session: Session, level: str, source: str, message: str) -> None:
    """Add a line ("info", "warning", "error") in the given transaction, and to the process's log."""
    logger.log(getattr(logging, level.upper()), "%s: %s", source, message)
    session.add(SystemLog(level=level, source=source[:60], message=message[:4000], created_at=clock.now()))
