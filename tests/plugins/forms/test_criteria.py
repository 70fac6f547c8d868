"""Fields in conditions: on SQLite and PostgreSQL, a draft and the ticket that it became say the same, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import ANONYMOUS, InboundMessage, Ticket, TicketDraft, criteria, intake, reading, system
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing.instances import SECRET, end, prepare
from hookdesk.types.criteria import ALONE, LISTED, Field, FieldType, Operator
from hookdesk_forms import intake as fields_in
from hookdesk_forms import services
from hookdesk_forms.services import FieldValues, FormValues

PLUGINS = ("forms", "topics", "storage_fs")
pytestmark = [pytest.mark.requires(*PLUGINS)]
CHOICES = {"lines": "r: Red\ng: Green\nb: Blue"}
KINDS: dict[str, dict[str, Any]] = {
    "text": {}, "long_text": {}, "email": {}, "number": {"decimals": 2}, "boolean": {}, "date": {}, "priority": {}, "choice": CHOICES,
    "many": {**CHOICES, "is_multiple": True},
}  # fmt: skip
GIVEN: list[dict[str, Any]] = [
    {},
    {"text": "Ärger 100%", "long_text": "one\ntwo", "email": "a@example.org", "number": 1.25, "boolean": True, "date": "2026-05-01",
     "priority": "High", "choice": "r", "many": ["r", "g"]},
    {"text": "ärger_100", "number": -3, "boolean": False, "date": "2026-06-01", "priority": "Low", "choice": "g", "many": ["b"]},
    {"text": "\\ ' \x00 \" ;", "long_text": "x" * 600, "number": 0, "many": "r"},
]  # fmt: skip
WANTED: dict[FieldType, list[Any]] = {
    FieldType.TEXT: ["ärger", "100%", "_", "one\ntwo", "\\", "a@example.org", "x" * 501],
    FieldType.CHOICE: ["r", "b", "1", "nothing"],
    FieldType.NUMBER: [0, 1.25, -3, 2],
    FieldType.MOMENT: ["2026-05-01T00:00:00+00:00", "2026-05-15T12:00:00+00:00"],
    FieldType.BOOLEAN: [True, False],
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def hookdesk_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A site on each database."""
    url = request.getfixturevalue("fresh_postgres_url") if request.param == "postgresql" else ""
    config = Config(instance=tmp_path, database_url=url, secret_key=SECRET, testing=True)
    prepare(config, discover(), list(PLUGINS))
    app = create_app(config)
    yield app
    end(app)


def asked(field: Field) -> Iterator[dict[str, Any]]:
    """Each comparison that a field can be asked for, as JSON."""
    for operator in criteria.OPERATORS[field.type]:
        wanted = WANTED[field.type]
        if operator in ALONE:
            yield {"field": field.name, "operator": str(operator)}
        elif operator in LISTED:
            yield {"field": field.name, "operator": str(operator), "value": wanted[:2]}
        elif operator not in (Operator.MATCHES, Operator.NOT_MATCHES):
            yield from ({"field": field.name, "operator": str(operator), "value": value} for value in wanted)


def test_a_draft_and_its_ticket_agree_in_every_comparison(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        form_id = services.save_form(system(), FormValues("All", is_for_all=True))
        for key, options in KINDS.items():
            kind = "choice" if key == "many" else key
            services.save_field(system(), form_id, FieldValues(key, kind, f"f_{key}", options=options))
        drafts: dict[int, TicketDraft] = {}
        for number, given in enumerate(GIVEN):
            fields = {f"f_{key}": value for key, value in given.items()}
            message = InboundMessage("api", f"p{number}@example.org", subject="x", text="y", fields=fields)
            settled = intake.submit(message, ANONYMOUS)
            assert settled.ticket_id is not None, settled
            read = fields_in.normal(message) or message
            drafts[settled.ticket_id] = TicketDraft(read, "x", None, "api", fields=read.fields)
        known = criteria.known_fields()
        own = {name: field for name, field in known.items() if name.startswith("field:")}
        assert len(own) == len(KINDS)
        for part in (part for field in own.values() for part in asked(field)):
            group = criteria.load({"version": 1, "mode": "all", "parts": [part]}, known)
            stored = set(reading().scalars(select(Ticket.id).where(criteria.where(group, known))))
            drawn = {row for row, draft in drafts.items() if criteria.matches(group, criteria.DraftValues(draft, own))}
            assert stored & drafts.keys() == drawn, part
