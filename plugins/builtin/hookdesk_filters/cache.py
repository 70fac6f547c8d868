"""The active rules, compiled once and kept until the set-up changes."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import force_locale
from sqlalchemy import select

from hookdesk.api import Field, cached, reading
from hookdesk_filters import engine
from hookdesk_filters.models import Rule, Version
from hookdesk_filters.rules import ActionWords, RuleValues, early_fields, known_actions

LANGUAGE = "en"
"""Traces are written in one language, whoever's request or worker compiled the rules."""


def active() -> tuple[tuple[engine.Compiled, ...], Mapping[str, Field]]:
    """The active rules in their order and the fields that they compare; what others saved is seen within a second."""

    def build() -> tuple[tuple[engine.Compiled, ...], Mapping[str, Field]]:
        with force_locale(LANGUAGE):
            fields = early_fields()
            return tuple(load(fields)), fields

    return cached("filters.rules", build)


def load(fields: Mapping[str, Field], is_active: bool | None = True) -> list[engine.Compiled]:
    """Rules from the database, compiled; all of them if `is_active` is None."""
    actions, words = known_actions(), ActionWords()
    return [
        engine.compiled(rule_id, version, values, fields, actions, words)
        for rule_id, version, values in stored(is_active)
    ]


def stored(is_active: bool | None = True) -> list[tuple[int, int, RuleValues]]:
    """Id, version and values of rules in their order."""
    asked = (
        select(Rule.id, Rule.version, *Version.__table__.columns)
        .join(Version, (Version.rule_id == Rule.id) & (Version.number == Rule.version))
        .order_by(Rule.position, Rule.id)
    )
    if is_active is not None:
        asked = asked.where(Rule.is_active == is_active)
    return [(row.id, row.version, RuleValues.from_json(row._asdict())) for row in reading().all(asked)]
