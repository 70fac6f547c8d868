"""Fields as columns of queues: in the words of the ticket, and never those that agents are not to see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from tests.queries import counted

from hookdesk.api import Ticket, criteria, listing
from hookdesk_forms import columns
from hookdesk_queues import fields
from hookdesk_queues.columns import known

pytestmark = [pytest.mark.plugins("forms", "queues", "desk", "storage_fs")]


def test_fields_are_columns_but_for_those_hidden_from_agents(
    hookdesk_app: Flask,
    make_form: Callable[..., int],
    make_field: Callable[..., int],
    make_ticket: Callable[..., Ticket],
) -> None:
    form = make_form()
    make_field(form, "Colour", "choice", options={"lines": "r: Red\ng: Green"})
    make_field(form, "Size", "number")
    make_field(form, "Secret", agent="hidden", requester="open")
    ticket = make_ticket(fields={"colour": "r", "size": 7, "secret": "x"})
    with hookdesk_app.test_request_context():
        made = {column.label: column for column in columns.columns()}
        assert set(made) == {"Colour", "Size"}
        rows = listing.rows([ticket.id])
        with counted(hookdesk_app) as statements:
            assert made["Colour"].load(rows) == {ticket.id: "Red"}
            assert made["Size"].load(rows) == {ticket.id: "7"}
        assert len([one for one in statements if "p_forms__value" in one]) == 1
        assert {"field:colour", "field:size"} <= set(known())
        assert "field:secret" in criteria.known_fields()
        assert "field:secret" not in {*known(), *fields.stored()}
