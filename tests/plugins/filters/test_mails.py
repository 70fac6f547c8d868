"""Mails that filters send: once, filled in, and never in a circle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from tests.plugins.filters.conftest import condition, does, rule

from hookdesk.api import ANONYMOUS, Department, InboundMessage, intake, reading, site, transact

pytestmark = pytest.mark.plugins("filters", "email_out")
FIRE = condition("subject", "contains", "fire")


@pytest.fixture
def mails(hookdesk_app: Flask, run_jobs: Callable[..., int]) -> Callable[[], list[tuple[str, str, str]]]:
    """Address, subject and text of the mails that filters have promised."""

    def promised() -> list[tuple[str, str, str]]:
        run_jobs("outbox")
        with hookdesk_app.app_context(), site().db.engine.connect() as connection:
            asked = "SELECT address, subject, text FROM p_email_out__mail WHERE key LIKE 'filters:%' ORDER BY id"
            return [tuple(row) for row in connection.execute(text(asked))]

    return promised


def come(app: Flask, subject: str = "Fire {{ number }}", channel: str = "email", sender: str = "ada@b.example") -> Any:
    with app.app_context():
        message = InboundMessage(
            channel=channel, sender_address=sender, sender_name="Ada", subject=subject, text="Hot."
        )
        return intake.submit(message, ANONYMOUS)


def test_a_mail_about_a_new_ticket_goes_to_all_once(
    hookdesk_app: Flask, make_filter: Callable[..., int], mails: Callable[[], Any]
) -> None:
    values = {
        "to": "boss@c.example, requester; boss@c.example",
        "subject": "New {{ ticket.number }}",
        "body": "{{ subject }}",
    }
    make_filter(rule("Boss", FIRE, do=does("mail", **values)))
    settled = come(hookdesk_app)
    assert mails() == [
        ("boss@c.example", f"New {settled.number}", "Fire {{ number }}"),  # what a sender writes is no template
        ("ada@b.example", f"New {settled.number}", "Fire {{ number }}"),
    ]
    assert len(mails()) == 2, "the same event again promises nothing new"
    come(hookdesk_app, "Fire again")
    assert [address for address, _subject, _text in mails()][2:] == ["boss@c.example"], (
        "who wrote is not told again at once"
    )


def test_a_sender_who_is_turned_away_is_told_once_a_day(
    hookdesk_app: Flask, make_filter: Callable[..., int], mails: Callable[[], Any], clock: Any
) -> None:
    make_filter(rule("Spam", FIRE, do=does("reject", reason="spam", told="Please call us.", mail=True)))
    for _time in range(3):
        come(hookdesk_app)
    assert mails() == [("ada@b.example", "Your message was not taken", "Please call us.")]
    come(hookdesk_app, channel="portal", sender="bo@b.example")
    assert len(mails()) == 1, "who uses the form has read it there"
    clock.advance(days=1)
    come(hookdesk_app)
    assert len(mails()) == 2


def test_a_sender_is_not_told_what_the_filter_keeps_to_itself(
    hookdesk_app: Flask, make_filter: Callable[..., int], mails: Callable[[], Any]
) -> None:
    make_filter(rule("Spam", FIRE, do=does("reject", reason="spam", told="", mail=True)))
    come(hookdesk_app)
    assert mails() == []


def test_who_wrote_is_not_told_the_name_of_a_private_department(
    hookdesk_app: Flask, make_filter: Callable[..., int], mails: Callable[[], Any]
) -> None:
    with hookdesk_app.app_context():
        transact(lambda session: session.add(Department(name="Vault", is_public=False)))
        vault = reading().scalar(select(Department.id).where(Department.name == "Vault"))
    told = does("mail", to="boss@c.example, requester", subject="In <{{ department }}>", body="<{{ department }}>")
    make_filter(rule("Vault", FIRE, do=[does("department", to=vault), told]))
    come(hookdesk_app)
    assert mails() == [
        ("boss@c.example", "In <Vault>", "<Vault>"),
        ("ada@b.example", "In <>", "<>"),
    ]
