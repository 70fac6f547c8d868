"""The kinds of fields, by name: this plugin's own and those of others."""

from __future__ import annotations

from hookdesk.api import site
from hookdesk_forms.hookspecs import FormsHooks
from hookdesk_forms.kinds.base import FieldKind, FieldProblem, Pairs, Spec
from hookdesk_forms.kinds.choices import Choice, YesNo
from hookdesk_forms.kinds.contacts import Email, Phone, Url
from hookdesk_forms.kinds.files import Files
from hookdesk_forms.kinds.lists import FromList
from hookdesk_forms.kinds.numbers import Moment, Number
from hookdesk_forms.kinds.pickers import AgentPicker, DepartmentPicker, PriorityPicker, TopicPicker
from hookdesk_forms.kinds.quiet import Information, Section
from hookdesk_forms.kinds.texts import LongText, RichText, ShortText

OWN: tuple[FieldKind, ...] = (
    ShortText(), LongText(), RichText(), Choice(), FromList(), YesNo(), Moment(), Number(), Phone(), Email(), Url(), Files(),
    DepartmentPicker(), AgentPicker(), TopicPicker(), PriorityPicker(), Section(), Information(),
)  # fmt: skip
"""Those of the box, in the order in which an admin chooses."""


def all_kinds() -> dict[str, FieldKind]:
    """Every kind by its name; the first of that name counts."""
    found: dict[str, FieldKind] = {}
    for kind in site().hooks.collect(FormsHooks.field_kinds):
        found.setdefault(kind.name, kind)
    return found


__all__ = ["OWN", "FieldKind", "FieldProblem", "Pairs", "Spec", "all_kinds"]
