"""What asks nothing: a heading between fields, a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import TextAreaField
from wtforms.validators import Length

from hookdesk.api import clean_text, html_body, sanitize_html, text_to_html
from hookdesk_forms.kinds.base import FieldKind, Spec


class Section(FieldKind):
    """A heading: the label, with the hint below."""

    name = "section"
    label = _l("Section heading")
    column = ""
    compared = None
    template = "forms/controls/section.html"

    def accept(self, spec: Spec, given: Any) -> tuple[Any, ...]:
        """Nothing is filled in."""
        return ()


class Information(Section):
    """A text between fields."""

    name = "information"
    label = _l("Information")
    template = "forms/controls/information.html"

    def controls(self) -> Mapping[str, Any]:
        """The text."""
        return {
            "text": TextAreaField(
                _l("Text"),
                [Length(max=10_000)],
                filters=[clean_text],
                description=_l("Plain text, or HTML of which only what is harmless is shown."),
            )
        }

    def check(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """There must be one."""
        return {} if options.get("text") else {"text": _("Write the text.")}

    def html(self, spec: Spec, values: Sequence[Any]) -> Markup:
        """The text as pages show it."""
        text = str(spec.options.get("text") or "")
        return html_body(sanitize_html(text), {}, False)[0] if "<" in text else text_to_html(text)

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """The text."""
        return {"text": self.html(spec, ())}
