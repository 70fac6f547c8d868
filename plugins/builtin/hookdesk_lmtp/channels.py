"""What an administrator sees of the listener: it leaves a sign of life in the instance's folder, as the spool is of this machine, too."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Literal

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.routing import BuildError

from hookdesk.api import Health, IntakeRecord, MailChannel, reading, site, transact
from hookdesk_email_in.channels import raise_alarm
from hookdesk_lmtp.settings import SOURCE, Settings

SILENT_S = 60
"""A listener that has given no sign for so long is dead: it gives one each second."""
FRESH_S = 5
PATIENCE_S = 45
"""So long after it was first seen to be dead the alarm is raised: one that was only started again lives by then."""
FORGOTTEN_S = 150
"""What was seen longer ago was before the site was stopped."""
_LOOKED_AT = 100


def _file(name: str) -> Path:
    return site().config.instance / "run" / name


def sign() -> Path:
    """The file that a listener touches while it lives, and removes when it ends by itself."""
    return _file("lmtp.alive")


def live(place: str) -> None:
    """Leave a sign of life."""
    sign().parent.mkdir(mode=0o700, exist_ok=True)
    sign().write_text(json.dumps({"place": place, "pid": os.getpid()}), encoding="utf-8")


def could_not_listen(why: str) -> None:
    """Leave word of why one could not even begin, unless another one lives."""
    silent = silent_seconds()
    if silent is None or silent > FRESH_S or _signed("problem"):
        sign().parent.mkdir(mode=0o700, exist_ok=True)
        sign().write_text(json.dumps({"problem": why[:500]}), encoding="utf-8")


def silent_seconds() -> float | None:
    """How long the listener of this machine has given no sign of life; None if none runs."""
    try:
        return max(time.time() - sign().stat().st_mtime, 0)
    except FileNotFoundError:
        return None


def channel(settings: Settings) -> MailChannel:
    """The listener's row among the roads of mail."""
    last = reading().all(
        select(IntakeRecord.received_at, IntakeRecord.meta)
        .where(IntakeRecord.channel == "email")
        .order_by(IntakeRecord.id.desc())
        .limit(_LOOKED_AT)
    )
    state, detail = state_of(settings)
    return MailChannel(
        name=_signed("place") or settings.place,
        kind=settings.protocol.upper(),
        direction="in",
        state=state,
        detail=detail,
        last_success=next((row.received_at for row in last if row.meta.get("source") == SOURCE), None),
    )


def state_of(settings: Settings) -> tuple[Literal["ok", "failed", "off"], str]:
    """How the listener is, and what to do about it."""
    silent = silent_seconds()
    if problem := _signed("problem"):
        return "failed", _("It cannot listen: %(why)s", why=problem)
    if silent is None and settings.with_site:
        return "failed", _(
            "It is to run with the site, and does not. Is the site run by “hookdesk serve”, with a job worker?"
        )
    if silent is None:
        return "off", ""
    if silent <= SILENT_S:
        return "ok", ""
    minutes = int(silent // 60)
    if settings.with_site:
        return "failed", _(
            "It has given no sign of life for %(minutes)s minutes. Is the site run by “hookdesk serve”?",
            minutes=minutes,
        )
    return "failed", _(
        "It has given no sign of life for %(minutes)s minutes; start “hookdesk lmtp” again.", minutes=minutes
    )


def health(settings: Settings) -> list[Health]:
    """A line if the listener has died; one that was never to run is none of our business."""
    state, detail = state_of(settings)
    if state == "off":
        return []
    return [Health("mail listener", "ok" if state == "ok" else "warning", detail or _signed("place"))]


def watch(settings: Settings) -> int:
    """Raise the alarm over a listener that has died, once, and say so when it lives again. How many times that was."""
    found, known, now = channel(settings), _seen(), time.time()
    if found.state != "failed":
        _file("lmtp.dead").unlink(missing_ok=True)
        return _tell(found) if known["told"] and found.state == "ok" else 0
    since = known["since"] if abs(now - known["seen"]) < FORGOTTEN_S else now
    is_due = not known["told"] and now - since >= PATIENCE_S
    sign().parent.mkdir(mode=0o700, exist_ok=True)
    state = {"since": since, "seen": now, "told": known["told"] or is_due}
    _file("lmtp.dead").write_text(json.dumps(state), encoding="utf-8")
    return _tell(found) if is_due else 0


def _seen() -> dict[str, float]:
    """Since when it is dead, when that was looked at last, and whether it was told."""
    try:
        return {"since": 0, "seen": 0, "told": False, **json.loads(_file("lmtp.dead").read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError):
        return {"since": 0, "seen": 0, "told": False}


def _tell(found: MailChannel) -> int:
    """Over another road than this one (see `raise_alarm`)."""
    try:
        path = current_app.url_map.bind("").build("email_in.channels")
    except BuildError:
        path = ""
    transact(lambda session: raise_alarm(session, found, path))
    return 1


def _signed(name: str) -> str:
    """What the one that runs, or could not, has left of itself."""
    try:
        return str(json.loads(sign().read_text(encoding="utf-8")).get(name, ""))
    except (OSError, ValueError, AttributeError):
        return ""
