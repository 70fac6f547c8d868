"""What links that work by rules say about each rule, for the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RuleNote:
    """One rule that was asked. `ref` is "<slug>:<id>", `version` the rule's own.

    `outcome` says in a few words what it did, or why it did nothing. `compared` is a list of {field, operator, value, actual, result}, in
    the order in which it was compared; a rule engine may add `label`, the field's name in words.
    """

    ref: str
    name: str
    version: int
    matched: bool
    outcome: str = ""
    compared: Sequence[Mapping[str, Any]] = ()
    microseconds: int = 0
