"""A plan to begin with."""

from __future__ import annotations

from flask_babel import gettext as _

from hookdesk.api import transact
from hookdesk_sla import rules
from hookdesk_sla.models import Plan
from hookdesk_sla.rules import FIRST, RESOLUTION

HOUR = 60


def first_plan() -> None:
    """Store a default plan, if there is none: one working day to a first response, a week to a solution."""
    if rules.every():
        return
    targets = {FIRST: {"": 8 * HOUR}, RESOLUTION: {"": 40 * HOUR}}
    transact(lambda session: session.add(Plan(name=_("Standard"), targets=targets, steps=[], is_default=True)))
