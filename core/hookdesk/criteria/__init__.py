"""The one condition language: fields, a checked tree of conditions, its JSON form, and two evaluators that a property test holds equal."""

from hookdesk.criteria.evaluate import Finding, Folded, Matcher, compiled, matches
from hookdesk.criteria.fields import OPERATORS, DraftValues, known_fields, operators_of
from hookdesk.criteria.form import EMPTY, CriteriaProblem, comparisons, dump, load
from hookdesk.criteria.relative import PERIODS, resolved
from hookdesk.criteria.sql import NotInSql, element, is_in_sql, narrowed, value_type, where
from hookdesk.criteria.stored import stored_values
from hookdesk.criteria.ticket_fields import core_fields
from hookdesk.criteria.words import (
    MODE_WORDS,
    OPERATOR_WORDS,
    PERIOD_WORDS,
    Labels,
    choice_labels,
    sentence,
    value_words,
)
from hookdesk.types.criteria import ALONE, LISTED, NEGATED

__all__ = [
    "ALONE",
    "EMPTY",
    "LISTED",
    "MODE_WORDS",
    "NEGATED",
    "OPERATORS",
    "OPERATOR_WORDS",
    "PERIODS",
    "PERIOD_WORDS",
    "CriteriaProblem",
    "DraftValues",
    "Finding",
    "Folded",
    "Labels",
    "Matcher",
    "NotInSql",
    "choice_labels",
    "comparisons",
    "compiled",
    "core_fields",
    "dump",
    "element",
    "is_in_sql",
    "known_fields",
    "load",
    "matches",
    "narrowed",
    "operators_of",
    "resolved",
    "sentence",
    "stored_values",
    "value_type",
    "value_words",
    "where",
]
