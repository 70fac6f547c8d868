"""Roads that mail takes, as whoever keeps them tells an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class MailChannel:
    """One road of mail and how it is: a row of the page "Mail channels".

    `name` tells it from others of its `kind` ("IMAP", "SMTP" …). `detail` is the last error in plain words, or what else there is to say.
    `waiting` is how many mails wait on it as far as is known, `lag` how long the last one took from there to here. `next_try` is when it is
    asked again by itself, `token_expires` the end of the token that it signs in with. `endpoint` is the page where one goes about it.
    """

    name: str
    kind: str
    direction: Literal["in", "out"]
    state: Literal["ok", "warning", "failed", "off"]
    detail: str = ""
    last_success: datetime | None = None
    waiting: int | None = None
    lag: timedelta | None = None
    next_try: datetime | None = None
    token_expires: datetime | None = None
    endpoint: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
