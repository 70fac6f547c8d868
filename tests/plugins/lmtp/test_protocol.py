"""What the listener says: an answer a recipient, bounds, and "later" whenever there is a doubt."""

from __future__ import annotations

import asyncio
import errno
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from tests.servers.smtp import self_signed

from hookdesk.api import IntakeRecord, attachments, intake, reading, site
from hookdesk.db import sqlite
from hookdesk_email_in.policies import is_known
from hookdesk_lmtp import receiving
from hookdesk_lmtp.listener import Listener, Options
from hookdesk_lmtp.places import Place, WrongPlace, listen, parse_place

pytestmark = pytest.mark.plugins("lmtp", "email_in", "storage_fs")
HELP, SALES = "help@desk.example", "sales@desk.example"
MAIL = b"Message-ID: <1@example.org>\r\nFrom: ada@example.org\r\nSubject: Fire\r\n\r\n.It burns.\r\n"
PLAIN = Options(Place(host="127.0.0.1"), True, ("127.0.0.1",), False, 100_000, 3, 20)


class Served:
    """A listener in a thread."""

    def __init__(self, app: Flask, options: Options) -> None:
        self.listener = Listener(app, options)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.loop.run_until_complete(self.listener.run(lambda: True))
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def begin_to_stop(self) -> None:
        """Ask it to stop, as a signal does."""
        self.loop.call_soon_threadsafe(self.listener.stop)

    def client(self) -> smtplib.SMTP:
        """A connection that has greeted."""
        place = self.listener.place
        kind = smtplib.LMTP if self.listener.options.is_local else smtplib.SMTP
        made = kind(place.path) if place.path else kind(place.host, place.port)
        made.ehlo_or_helo_if_needed()
        return made


Serve = Callable[..., Served]


@pytest.fixture
def serve(hookdesk_app: Flask) -> Iterator[Serve]:
    """Start listeners; they end with the test."""
    started: list[Served] = []

    def start(**changes: object) -> Served:
        started.append(Served(hookdesk_app, replace(PLAIN, **changes)))  # type: ignore[arg-type]  # fields of Options
        return started[-1]

    yield start
    for one in started:
        if not one.loop.is_closed():
            one.begin_to_stop()
        one.thread.join(30)


def send(client: smtplib.SMTP, mail: bytes, *recipients: str) -> list[str]:
    """Send one mail with all its commands; the answers to its data."""
    client.mail("ada@example.org")
    for one in recipients:
        assert client.rcpt(one)[0] == 250
    assert client.docmd("DATA")[0] == 354
    client.send(mail + b".\r\n")
    return [client.getreply()[1].decode() for _ in recipients]


def records(app: Flask) -> int:
    """How many mails were taken."""
    with app.app_context():
        return int(reading().scalar(select(func.count()).select_from(IntakeRecord)) or 0)


def test_each_recipient_gets_an_answer_and_the_mail_is_there_as_it_was(hookdesk_app: Flask, serve: Serve) -> None:
    with serve().client() as client:
        assert (
            send(client, b".".join((MAIL[: -len(b".It burns.\r\n")], b".It burns.\r\n")), HELP, SALES)
            == ["2.0.0 Taken"] * 2
        )
        assert send(client, MAIL.replace(b"1@", b"2@"), HELP) == ["2.0.0 Taken"]
    with hookdesk_app.app_context():
        first = reading().scalars(select(IntakeRecord).order_by(IntakeRecord.id)).all()[0]
        assert intake.load(first.id).raw == b"Return-Path: <ada@example.org>\r\n" + MAIL
    assert records(hookdesk_app) == 2


def test_what_comes_again_is_taken_once_unless_it_may_be_another_one(hookdesk_app: Flask, serve: Serve) -> None:
    """A retry brings the same bytes with the same trace. A script's mails may be alike in every byte."""
    with serve().client() as client:
        for _ in range(2):
            assert send(client, MAIL, HELP) == ["2.0.0 Taken"]
        assert records(hookdesk_app) == 1
        for _ in range(2):
            assert send(client, b"Subject: The disk is full\r\n\r\nagain\r\n", HELP) == ["2.0.0 Taken"]
    assert records(hookdesk_app) == 3


def test_size_is_told_and_held(hookdesk_app: Flask, serve: Serve) -> None:
    with serve().client() as client:
        assert client.esmtp_features["size"] == "100000"
        assert {"pipelining", "8bitmime", "smtputf8"} <= set(client.esmtp_features)
        assert "auth" not in client.esmtp_features
        assert client.mail("ada@example.org", ["SIZE=100001"])[0] == 552
        assert send(client, b"x" * 60 + b"\r\n" + b"y\r\n" * 50_000, HELP, SALES) == ["Error: Too much mail data"] * 2
        assert send(client, b"Subject: " + b"x" * 60_000 + b"\r\n\r\nA long line\r\n", HELP) == ["2.0.0 Taken"]
    assert records(hookdesk_app) == 1


def test_a_locked_database_means_later(hookdesk_app: Flask, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 30)
    with serve().client() as client:
        with hookdesk_app.app_context(), site().db.write():
            assert send(client, MAIL, HELP, SALES) == [receiving.LATER[4:]] * 2
        assert send(client, MAIL, HELP, SALES) == ["2.0.0 Taken"] * 2
    assert records(hookdesk_app) == 1


@pytest.mark.parametrize(
    ("error", "answer"),
    [(OSError(errno.ENOSPC, "No space left"), receiving.FULL), (OSError(errno.EIO, "I/O error"), receiving.LATER)],
)
def test_a_full_disk_or_storage_that_is_away_means_later(
    hookdesk_app: Flask, serve: Serve, monkeypatch: pytest.MonkeyPatch, error: OSError, answer: str
) -> None:
    def fail(raw: bytes) -> tuple[str, str]:
        raise error

    monkeypatch.setattr(attachments, "put", fail)
    with serve(size=1_000_000).client() as client:
        assert send(client, MAIL + b"x\r\n" * 200_000, HELP) == [answer[4:]]
    assert records(hookdesk_app) == 0


def test_strangers_and_the_one_too_many_are_turned_away(serve: Serve) -> None:
    served = serve(connections=1)
    with served.client(), pytest.raises(smtplib.SMTPConnectError) as busy:
        served.client()
    assert busy.value.smtp_code == 421
    with pytest.raises(smtplib.SMTPConnectError) as stranger:
        serve(clients=("192.0.2.0/24",)).client()
    assert stranger.value.smtp_code == 554


def test_who_is_silent_is_hung_up_on(serve: Serve) -> None:
    with serve(timeout=0.2).client() as client:
        client.sock.settimeout(10)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.getreply()


def test_a_mail_that_has_begun_is_taken_while_it_stops(hookdesk_app: Flask, serve: Serve) -> None:
    served = serve()
    with served.client() as idle, served.client() as busy:
        busy.mail("ada@example.org")
        busy.rcpt(HELP)
        busy.docmd("DATA")
        served.begin_to_stop()
        assert idle.getreply()[0] == 421
        with pytest.raises(ConnectionRefusedError):
            served.client()
        busy.send(MAIL + b".\r\n")
        assert [busy.getreply()[0] for _ in range(2)] == [250, 421]
    served.thread.join(10)
    assert records(hookdesk_app) == 1


def test_half_a_mail_is_none(hookdesk_app: Flask, serve: Serve) -> None:
    client = serve().client()
    client.mail("ada@example.org")
    client.rcpt(HELP)
    client.docmd("DATA")
    client.send(MAIL)
    client.close()
    assert records(hookdesk_app) == 0


def test_our_own_addresses_alone(hookdesk_app: Flask, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is unknown is refused for good; while it is not known who is, nobody is."""
    with hookdesk_app.app_context():
        plugin = site().plugins.get("email_in")
        assert plugin is not None
        monkeypatch.setattr(type(plugin), "settings", replace(plugin.settings, own_addresses=(HELP,)))
        assert is_known("Help+12@desk.example")
        assert not is_known("nobody@desk.example")
    with serve(only_ours=True).client() as client:
        client.mail("ada@example.org")
        assert [client.rcpt(one)[0] for one in (HELP, "nobody@desk.example")] == [250, 550]
        monkeypatch.setattr(type(plugin), "knows_mailbox", None)
        monkeypatch.setattr(receiving, "is_known", lambda address: 1 / 0)
        assert client.rcpt("sales@desk.example")[0] == 451


def test_smtp_over_tls(hookdesk_app: Flask, serve: Serve, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path / "lmtp.pem")
    served = serve(is_local=False, certificate=str(certificate), require_tls=True)
    with served.client() as client:
        assert client.mail("ada@example.org")[0] == 530
        client.starttls(context=ssl.create_default_context(cafile=str(certificate)))
        client.ehlo()
        assert "auth" not in client.esmtp_features
        client.sendmail("ada@example.org", [HELP, SALES], MAIL)
    assert records(hookdesk_app) == 1


def test_a_unix_socket_is_replaced_only_if_nobody_listens(hookdesk_app: Flask, serve: Serve, tmp_path: Path) -> None:
    place = Place(path=str(tmp_path / "lmtp.sock"))
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(place.path)
    served = serve(place=place)
    with pytest.raises(WrongPlace, match="another listener"):
        listen(place)
    with served.client() as client:
        send(client, MAIL, HELP)
    served.begin_to_stop()
    served.thread.join(10)
    assert not Path(place.path).exists()
    Path(place.path).write_text("a file")
    with pytest.raises(WrongPlace, match="no socket"):
        listen(place)
    assert records(hookdesk_app) == 1


@pytest.mark.parametrize(
    "text", ["", "unix:here", "unix:/" + "x" * 107, "127.0.0.1", "127.0.0.1:99999", "a b:1", "::1:24"]
)
def test_what_is_no_place(hookdesk_app: Flask, text: str) -> None:
    with hookdesk_app.test_request_context(), pytest.raises(WrongPlace):
        parse_place(text)


def test_places() -> None:
    assert [str(parse_place(text)) for text in ("[::1]:24", "localhost:8024", "unix:/run/lmtp")] == [
        "[::1]:24", "localhost:8024", "unix:/run/lmtp",
    ]  # fmt: skip
