"""Fields of a site's own in the words of mails: to agents what agents see, to requesters what they see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import ANONYMOUS, Actor, InboundMessage, intake, reading, system
from hookdesk_email_out import editing, lint
from hookdesk_email_out.editing import Place
from hookdesk_email_out.models import Mail
from hookdesk_email_out.wordings import Draft
from hookdesk_forms import services
from hookdesk_forms.services import FieldValues, FormValues

pytestmark = [
    pytest.mark.plugins("email_out", "storage_fs", "forms"),
    pytest.mark.requires("email_out", "forms"),
]
SAID = "<{{ fields.serial }}> <{{ fields['room-no'] }}> <{{ fields.secret }}>"


@pytest.fixture
def fields(hookdesk_app: Flask) -> None:
    """Three fields about every ticket; requesters do not see the last one."""
    with hookdesk_app.app_context():
        form = services.save_form(system(), FormValues("Device", is_for_all=True))
        for key, values in (("serial", {}), ("room-no", {}), ("secret", {"requester": "hidden"})):
            services.save_field(system(), form, FieldValues(key.title(), "text", key=key, **values))


def test_mails_say_what_their_reader_may_know(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], run_jobs: Callable[..., int], fields: None
) -> None:
    """What was not filled in is empty."""
    make_agent()
    with hookdesk_app.app_context():
        for kind in ("autoresponse", "new_ticket_alert"):
            editing.save(system(), Place(None, kind), Draft("{{ subject }}", SAID))
        given: dict[str, Any] = {"serial": "A-1", "secret": "CANARY"}
        message = InboundMessage("portal", "grace@example.org", subject="Fire", text="Help", fields=given)
        assert intake.submit(message, ANONYMOUS).ticket_id is not None
    run_jobs("outbox")
    with hookdesk_app.app_context():
        rows = reading().all(select(Mail.template, Mail.text))
    assert {row.template: row.text.splitlines()[0] for row in rows} == {
        "autoresponse": "<A-1> <> <>",
        "new_ticket_alert": "<A-1> <> <CANARY>",
    }


def test_the_editor_knows_them(hookdesk_app: Flask, fields: None) -> None:
    """And osTicket's way to write them; those that there are not are told."""
    with hookdesk_app.test_request_context():
        place = Place(None, "reply")
        editing.save(system(), place, Draft("%{ticket.serial}", "%{ticket.room-no} %{ticket.serial}"))
        now = editing.current(place)
        assert now is not None
        assert (now.subject, now.text) == ("{{ fields.serial }}", '{{ fields["room-no"] }} {{ fields.serial }}')
        [problem] = lint.problems("{{ fields.serail }}")
        assert str(problem) == "Line 1: There is no fields.serail here. Did you mean fields.serial?"
