"""A knowledge base to test with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import system
from hookdesk_kb import categories, services

Write = Callable[..., int]


@pytest.fixture
def place(hookdesk_app: Flask) -> Callable[..., int]:
    """`place("Bikes", is_public=True, parent_id=None)`: a category."""

    def make(name: str = "Bikes", **values: Any) -> int:
        with hookdesk_app.test_request_context():
            return categories.save(system("tests"), categories.Values(name, **values))

    return make


@pytest.fixture
def write(hookdesk_app: Flask) -> Write:
    """`write(category_id, "How to…", "<p>So.</p>", state="published")`: an article."""

    def make(
        category_id: int,
        title: str = "How to mend a tyre",
        html: str = "<p>With a patch.</p>",
        *,
        state: str = "published",
        locale: str = "en",
        article_id: int | None = None,
        goes_live: bool = True,
        **details: Any,
    ) -> int:
        said = {name: details.pop(name) for name in ("summary", "keywords") if name in details}
        files = {name: details.pop(name) for name in ("added", "dropped") if name in details}
        with hookdesk_app.test_request_context():
            return services.save(
                system("tests"), article_id, locale, services.Details(category_id, state, **details),
                services.Words(title, html, **said), goes_live=goes_live, **files,
            )  # fmt: skip

    return make
