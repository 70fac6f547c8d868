"""Counting the queries of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from hookdesk.api import site

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
BY_THE_CLOCK = re.compile(r"\b(site_counter|plugin_timing)\b")
"""What is due each second or each fifteen, whatever the page: on a slow machine it would be counted, on a quick one not."""


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that run inside; BEGIN and the like are none."""
    with app.app_context():
        engine = site().db.engine
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(COUNTED) and not BY_THE_CLOCK.search(statement):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
