"""The one condition language: fields, a checked tree of conditions, its JSON form, and two evaluators that a property test holds equal."""

from hookdesk.criteria.evaluate import Finding, matches
from hookdesk.criteria.fields import core_fields, draft_values, known_fields
from hookdesk.criteria.form import CriteriaProblem, dump, load
from hookdesk.criteria.sql import where

__all__ = [
    "CriteriaProblem",
    "Finding",
    "core_fields",
    "draft_values",
    "dump",
    "known_fields",
    "load",
    "matches",
    "where",
]
