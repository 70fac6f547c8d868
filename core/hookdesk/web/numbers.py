"""Numbers in addresses. Whatever somebody types there, only what an id can be reaches a query."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

from hookdesk.models import LARGEST_ID


class IdConverter(IntegerConverter):
    """`<int:…>` in a route. What is beyond the largest id names nothing, so the page is not there."""

    def __init__(self, map: Map, **options: Any) -> None:
        """Add the bound to what the route states."""
        super().__init__(map, **{"max": LARGEST_ID, **options})


def init_app(app: Flask) -> None:
    """Let every route use it, those of plugins too."""
    app.url_map.converters["int"] = IdConverter


def id_argument(name: str) -> int | None:
    """The number of that name in this request's query; None if there is none, or none that an id can be."""
    value = request.args.get(name, type=int)
    return value if value is not None and 0 <= value <= LARGEST_ID else None
