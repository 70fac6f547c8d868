"""Making filters for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import log, system, transact
from hookdesk_filters import services
from hookdesk_filters.rules import RuleValues


def condition(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    """One comparison in the JSON form."""
    return {"field": field, "operator": operator, "value": value}


def conditions(*parts: dict[str, Any], mode: str = "all") -> dict[str, Any]:
    """A group in the JSON form, with its version."""
    return {"version": 1, "mode": mode, "parts": list(parts)}


def does(name: str, **values: Any) -> dict[str, Any]:
    """An action as it is stored."""
    return {"do": name, "with": values}


def rule(name: str = "Fires", *parts: dict[str, Any], do: Any = (), **given: Any) -> RuleValues:
    """What a filter says."""
    return RuleValues(name, conditions(*parts), tuple(do) if isinstance(do, list | tuple) else (do,), **given)


def noticed() -> None:
    """Let the site notice what a test has written past the services."""
    transact(lambda session: log.changed(session, system("tests"), "filter", "by hand", {}))


@pytest.fixture
def make_filter(hookdesk_app: Flask) -> Callable[..., int]:
    """`make_filter(rule(…))`: stores it; its id."""

    def make(values: RuleValues) -> int:
        with hookdesk_app.app_context():
            return services.save(system("tests"), values)

    return make
