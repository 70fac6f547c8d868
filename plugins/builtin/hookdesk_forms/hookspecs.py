"""Hooks that this plugin declares."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Shape, When, spec
from hookdesk_forms.kinds.base import FieldKind


class FormsHooks:
    """Forms: what fields can be."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def field_kinds(self) -> Sequence[FieldKind] | None:
        """Kinds of fields: how one is filled in, checked, stored, compared and shown."""
