"""Hooks that this plugin declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import Shape, When, spec


class ApiHooks:
    """API: what programs may ask for."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def openapi_parts(self) -> Sequence[Mapping[str, Any]] | None:
        """Parts of the OpenAPI 3.1 document at `/api/openapi.json`: `tags`, `paths`, and `components` by kind and name."""
