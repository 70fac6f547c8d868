"""The kinds of fields, by name: this plugin's own and those of others."""

from __future__ import annotations

from hookdesk.api import site
from hookdesk_forms.hookspecs import FormsHooks
from hookdesk_forms.kinds.base import FieldKind, FieldProblem, Pairs, Spec
from hookdesk_forms.kinds.choices import Choice, YesNo
from hookdesk_forms.kinds.texts import Email, LongText, RichText, ShortText

OWN: tuple[FieldKind, ...] = (ShortText(), LongText(), RichText(), Choice(), YesNo(), Email())
"""Those of the box, in the order in which an admin chooses."""


def all_kinds() -> dict[str, FieldKind]:
    """Every kind by its name; the first of that name counts."""
    found: dict[str, FieldKind] = {}
    for kind in site().hooks.collect(FormsHooks.field_kinds):
        found.setdefault(kind.name, kind)
    return found


__all__ = ["OWN", "FieldKind", "FieldProblem", "Pairs", "Spec", "all_kinds"]
