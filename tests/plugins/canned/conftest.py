"""What the tests of canned responses share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from flask import Flask

T = TypeVar("T")


@pytest.fixture
def inside(hookdesk_app: Flask) -> Callable[[Callable[[], T]], T]:
    """`inside(work)`: what `work()` answers within the application's context."""

    def run(work: Callable[[], T]) -> T:
        with hookdesk_app.app_context():
            return work()

    return run
