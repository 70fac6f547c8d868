"""What agents want to be told of by mail, within what the administrator tells them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import Actor, reading, transact
from hookdesk_email_out.audiences import PERSONAL
from hookdesk_email_out.models import Preference

NAMED = "named"
"""The reason of whom a plugin names: they have asked for it, or somebody has for them."""
MODES = ("all", "mine", "none")
SHOWN = ("", "department", "account")
COLUMNS = (Preference.mode, Preference.unwanted)


@dataclass(frozen=True, slots=True)
class Choice:
    """An agent's own choice. `mode`: "all", "mine" (what concerns themselves) or "none"; `unwanted` are names of alerts."""

    mode: str = "all"
    unwanted: tuple[str, ...] = ()


def wants(row: Row[Any], alert: str, reasons: Sequence[str]) -> bool:
    """Whether an agent (a row with `COLUMNS`) wants to be told."""
    mode = row.mode or "all"
    if mode == "none" or alert in (row.unwanted or ()):
        return False
    return mode == "all" or bool({*reasons} & {*PERSONAL, NAMED})


def of(agent_id: int) -> Choice:
    """What an agent has chosen."""
    row = reading().first(select(*COLUMNS).where(Preference.agent_id == agent_id))
    return Choice(row.mode, tuple(row.unwanted)) if row else Choice()


def shown_as(agent_id: int) -> str:
    """Whose name an agent's replies bear: "" for their own, "department", or "account" for that of the address."""
    return reading().scalar(select(Preference.shown_as).where(Preference.agent_id == agent_id)) or ""


def save(actor: Actor, mode: str, unwanted: Collection[str], shown: str = "") -> None:
    """Store what the acting agent has chosen.

    Raises:
        ValueError: there is no such mode, or way to be shown.
    """
    if mode not in MODES or shown not in SHOWN:
        raise ValueError(f"{mode!r} is none of {', '.join(MODES)}, or {shown!r} of {SHOWN}")
    chosen = Preference(agent_id=actor.agent_id or 0, mode=mode, unwanted=sorted(unwanted), shown_as=shown)
    transact(lambda session: session.merge(chosen) and None, race=True)
