"""Where the rules that a trace names are kept."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import select

from hookdesk.api import reading
from hookdesk_filters.models import Rule

MOST = 500


def of(refs: Sequence[str]) -> list[tuple[str, str]]:
    """(reference, URL) of the rules that are still there."""
    parts = (ref.partition("filters:")[2] for ref in refs[:MOST])
    ids = [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 18]
    known = reading().scalars(select(Rule.id).where(Rule.id.in_(ids))) if ids else ()
    return [(f"filters:{rule_id}", url_for("filters.edit", rule_id=rule_id)) for rule_id in known]
