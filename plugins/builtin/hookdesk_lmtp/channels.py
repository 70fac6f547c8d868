"""What an administrator sees of the listener: it leaves a sign of life in the instance's folder, as the spool is of this machine, too."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Health, IntakeRecord, MailChannel, reading, site
from hookdesk_lmtp.settings import SOURCE, Settings

SILENT_S = 60
"""A listener that has given no sign for so long is dead: it gives one each second."""
_LOOKED_AT = 100


def sign() -> Path:
    """The file that a listener touches while it lives, and removes when it ends by itself."""
    return site().config.instance / "run" / "lmtp.alive"


def live(place: str) -> None:
    """Leave a sign of life."""
    sign().parent.mkdir(mode=0o700, exist_ok=True)
    sign().write_text(json.dumps({"place": place, "pid": os.getpid()}), encoding="utf-8")


def silent_seconds() -> float | None:
    """How long the listener of this machine has given no sign of life; None if none runs."""
    try:
        return max(time.time() - sign().stat().st_mtime, 0)
    except FileNotFoundError:
        return None


def channel(settings: Settings) -> MailChannel:
    """The listener's row among the roads of mail."""
    silent = silent_seconds()
    is_dead = silent is not None and silent > SILENT_S
    last = reading().all(
        select(IntakeRecord.received_at, IntakeRecord.meta)
        .where(IntakeRecord.channel == "email")
        .order_by(IntakeRecord.id.desc())
        .limit(_LOOKED_AT)
    )
    return MailChannel(
        name=_place() or settings.place,
        kind=settings.protocol.upper(),
        direction="in",
        state="off" if silent is None else "failed" if is_dead else "ok",
        detail=_told(silent) if is_dead else "",
        last_success=next((row.received_at for row in last if row.meta.get("source") == SOURCE), None),
    )


def health() -> list[Health]:
    """A line if the listener has died; one that was never started is none of our business."""
    silent = silent_seconds()
    if silent is None:
        return []
    name = "mail listener"
    return [Health(name, "ok", _place()) if silent <= SILENT_S else Health(name, "warning", _told(silent))]


def _told(silent: float | None) -> str:
    """What to do about a dead one."""
    minutes = int((silent or 0) // 60)
    return str(_("It has given no sign of life for %(minutes)s minutes; start `hookdesk lmtp` again.", minutes=minutes))


def _place() -> str:
    """Where the one that runs listens."""
    try:
        return str(json.loads(sign().read_text(encoding="utf-8"))["place"])
    except (OSError, ValueError, KeyError):
        return ""
