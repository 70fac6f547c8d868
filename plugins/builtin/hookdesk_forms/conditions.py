"""Which fields are asked for: those whose conditions hold with what else was filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk_forms.kinds import Spec


def shown(specs: Sequence[Spec], values: Mapping[str, tuple[Any, ...]]) -> set[str]:
    """The keys of the fields that are asked for."""
    return {spec.key for spec in specs}
