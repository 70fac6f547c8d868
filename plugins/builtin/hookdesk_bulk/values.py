"""What an action asks for, as a form sends it: each value under `<action>.<field>`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import ActionField, BulkAction, clean_line, clean_text


class ValueProblem(ValueError):
    """A value is missing or cannot be; `field` names it."""

    def __init__(self, field: str, words: str) -> None:
        """Say what is wrong, in words for the agent."""
        super().__init__(words)
        self.field = field


def name_of(action: BulkAction, field: ActionField) -> str:
    """The name of a field's control."""
    return f"{action.name}.{field.name}"


def sent(action: BulkAction, form: Mapping[str, str]) -> Mapping[str, Any]:
    """The values of an action, each in the type of its field.

    Raises:
        ValueProblem: one of them is missing, too long, or was not offered.
    """
    return {field.name: _fitted(field, form.get(name_of(action, field))) for field in action.fields}


def _fitted(field: ActionField, value: str | None) -> Any:
    """One value."""
    if field.kind == "switch":
        return bool(value)
    if field.kind == "choice":
        return _chosen(field, value or "")
    text = clean_text(value or "").strip() if field.kind == "lines" else clean_line(value or "")
    if (field.is_needed and not text) or len(text) > field.most:
        raise ValueProblem(field.name, _("Write 1 to %(most)s characters.", most=field.most))
    return text


def _chosen(field: ActionField, value: str) -> Any:
    """The choice that was sent, as the action knows it. Nobody can send what was not offered."""
    for key, _label in field.choices() if field.choices else ():
        if str(key) == value:
            return key
    if value or field.is_needed:
        raise ValueProblem(field.name, _("Choose one of the list."))
    return None


def words(action: BulkAction, values: Mapping[str, Any]) -> str:
    """What is done, in one line: "Status: Closed"."""
    said = [part for field in action.fields if (part := _said(field, values.get(field.name)))]
    return f"{action.label}: {' · '.join(said)}" if said else str(action.label)


def _said(field: ActionField, value: Any) -> str:
    """One value in words; "" for none."""
    if field.kind == "switch":
        return str(field.label) if value else ""
    if field.kind == "choice":
        return next((str(label) for key, label in (field.choices() if field.choices else ()) if key == value), "")
    return str(value or "").partition("\n")[0][:60]
