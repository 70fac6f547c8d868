"""Forms made by their service, and a browser with an administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import Actor, system
from hookdesk.testing import Client
from hookdesk_forms import services
from hookdesk_forms.services import FieldValues, FormValues


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an administrator."""
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


@pytest.fixture
def make_form(hookdesk_app: Flask) -> Callable[..., int]:
    """`make_form(title=…, about=…, is_for_all=True)`: its id."""

    def make(title: str = "Device", **values: Any) -> int:
        with hookdesk_app.app_context():
            return services.save_form(system(), FormValues(title, **{"is_for_all": True, **values}))

    return make


@pytest.fixture
def make_field(hookdesk_app: Flask) -> Callable[..., int]:
    """`make_field(form_id, label, kind="text", …)`: its id."""

    def make(form_id: int, label: str, kind: str = "text", **values: Any) -> int:
        with hookdesk_app.app_context():
            return services.save_field(system(), form_id, FieldValues(label, kind, **values))

    return make
