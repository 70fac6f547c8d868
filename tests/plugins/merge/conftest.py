"""Tickets to be merged, and who does it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hookdesk.api import Actor


@pytest.fixture
def ada(make_agent: Callable[..., Actor]) -> Actor:
    """An agent whose role may merge."""
    return make_agent("ada", "Ada Lovelace", role="All access")
