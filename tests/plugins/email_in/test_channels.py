"""The page of mail channels: the pipe's own road, and those that other plugins keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, MailChannel, OutboxEvent, SystemLog, clock, hookimpl, reading, site, transact
from hookdesk.testing import Client
from hookdesk_email_in import channels, services
from hookdesk_email_in.hookspecs import MailHooks
from hookdesk_email_in.plugin import EmailIn

pytestmark = pytest.mark.plugins("email_in", "storage_fs", "admin")
PAGE = "/admin/mail/channels"


def test_it_is_for_administrators(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> None:
    hookdesk_client.sign_in(make_agent("bob"))
    assert hookdesk_client.get(PAGE).status_code == 403


@pytest.fixture
def more_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two roads besides the pipe, as other plugins tell of theirs."""
    own = EmailIn.mail_channels

    @hookimpl
    def mail_channels(self: EmailIn) -> Sequence[MailChannel]:
        told = "The password was refused."
        stopped = MailChannel("help@desk.example", "IMAP", "in", "failed", told, waiting=7, lag=timedelta(seconds=3))
        return [*own(self), stopped, MailChannel("spare", "SMTP", "out", "off", token_expires=clock.now())]

    monkeypatch.setattr(EmailIn, "mail_channels", mail_channels)


def test_it_tells_of_each_road(
    more_roads: None, hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    hookdesk_client.sign_in(make_agent("ada", is_admin=True))
    page = hookdesk_client.get(PAGE).text
    words = ("Pipe, incoming", "IMAP, incoming", "SMTP, outgoing", "The password was refused.", "3 seconds behind")
    more = ("1 channel has stopped", "Its token expires:")
    assert [word for word in (*words, *more) if word not in page] == []


def test_the_pipe_says_when_it_last_brought_a_mail(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        services.take(b"From: a@example.org\r\n\r\nHello\r\n", source="imap")
        (pipe,) = site().hooks.collect(MailHooks.mail_channels)
        assert (pipe.state, pipe.last_success, pipe.waiting) == ("ok", None, 0)
        services.take(b"From: b@example.org\r\n\r\nHello\r\n", source="pipe")
        (pipe,) = site().hooks.collect(MailHooks.mail_channels)
        assert pipe.last_success is not None


def test_an_alarm_is_an_event_and_an_error_in_the_log(hookdesk_app: Flask) -> None:
    told = MailChannel("help@desk.example", "IMAP", "in", "failed", "The password was refused.")
    with hookdesk_app.app_context():
        transact(lambda session: channels.raise_alarm(session, told, "/admin/mailboxes/1"))
        event = reading().first(select(OutboxEvent.name, OutboxEvent.data))
        assert event is not None
        assert (event.name, event.data["state"], event.data["path"]) == (
            "channel_alarm_raised",
            "failed",
            "/admin/mailboxes/1",
        )
        line = reading().first(select(SystemLog.level, SystemLog.message))
        assert line == ("error", "IMAP help@desk.example has stopped. The password was refused.")
