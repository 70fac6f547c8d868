"""Setting a mailbox up: it is tried before it is stored, and its password is never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.servers.dovecot import PASSWORD
from tests.servers.mailboxes import Fetching

from hookdesk.api import Actor, SystemLog, reading
from hookdesk.testing import Client
from hookdesk_mailboxes import connecting, services

pytestmark = pytest.mark.plugins("mailboxes", "imap", "pop3", "storage_fs", "admin")
NEW = "/admin/mailboxes/new"


@pytest.fixture
def admin(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    hookdesk_client.sign_in(make_agent("ada", is_admin=True))
    return hookdesk_client


def entered(imap: Fetching, **more: Any) -> dict[str, Any]:
    """What a person fills in."""
    return {
        "address": "Help@desk.example", "protocol": "imap", "security": "tls", "host": imap.server.host,
        "port": str(imap.server.ports["imaps"]), "username": imap.user, "password": PASSWORD, "folders": "INBOX", "after": "leave",
        "minutes": "1", "most_megabytes": "30", "is_active": "y", "takes_old": "y", **more,
    }  # fmt: skip


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return [row.address for row in services.every()]


def test_it_is_for_administrators(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> None:
    hookdesk_client.sign_in(make_agent("bob"))
    assert {hookdesk_client.get(path).status_code for path in ("/admin/mailboxes", NEW)} == {403}


def test_a_mailbox_that_lets_us_in_is_stored_and_its_password_encrypted(imap: Fetching, admin: Client) -> None:
    imap.deliver(1)
    assert admin.submit(NEW, entered(imap)).status_code == 200
    assert stored(imap.app) == ["help@desk.example"]
    with imap.app.app_context():
        row = services.every()[0]
        assert PASSWORD not in row.password
        assert connecting.password_of(row) == PASSWORD
        told = list(reading().scalars(select(SystemLog.message)))
        assert not [line for line in told if PASSWORD in line]
    assert PASSWORD not in admin.get(f"/admin/mailboxes/{row.id}").text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "wrong"}, "password. ([AUTHENTICATIONFAILED] Authentication failed.)"),
        ({"port": "1"}, "Nobody listens there"),
        ({"host": "nowhere.invalid"}, "name is unknown"),
        ({"folders": "INBOX\nNowhere"}, "no folder of this name: Nowhere"),
        ({"after": "move", "archive": "inbox"}, "Mail is read from this folder"),
        ({"after": "move", "archive": ""}, "Name the folder that mail goes to"),
        ({"protocol": "pop3", "after": "move", "archive": "Done"}, "POP3 cannot do that"),
    ],
)
def test_what_does_not_work_is_said_and_not_stored(
    imap: Fetching, admin: Client, wrong: dict[str, str], words: str
) -> None:
    page = admin.submit(NEW, entered(imap, **wrong))
    assert page.status_code == 422
    assert words in page.text
    assert stored(imap.app) == []


def test_a_certificate_that_nobody_vouches_for_is_refused(
    imap: Fetching, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    page = admin.submit(NEW, entered(imap))
    assert "certificate is not trusted" in page.text


def test_only_testing_lists_the_folders_and_stores_nothing(imap: Fetching, admin: Client) -> None:
    imap.deliver(1, 2)
    imap.deliver(3, folder="Orders")
    page = admin.submit(NEW, entered(imap, test="1"))
    assert "INBOX: 2 mails" in page.text
    assert ">Orders<" in page.text
    assert stored(imap.app) == []


def test_the_archive_is_made_when_the_mailbox_is_saved(imap: Fetching, admin: Client) -> None:
    admin.submit(NEW, entered(imap, after="move", archive="Done"))
    assert "Done" in imap.server.doveadm("mailbox", "list", "-u", imap.user)


def test_an_empty_password_keeps_the_one_that_is_stored(imap: Fetching, admin: Client) -> None:
    admin.submit(NEW, entered(imap))
    with imap.app.app_context():
        mailbox_id = services.every()[0].id
    answer = admin.submit(f"/admin/mailboxes/{mailbox_id}", entered(imap, password="", minutes="7"))
    assert answer.status_code == 200
    with imap.app.app_context():
        row = services.every()[0]
        assert (row.minutes, connecting.password_of(row)) == (7, PASSWORD)


def test_its_state_stands_among_the_channels_and_in_health(imap: Fetching, admin: Client) -> None:
    imap.add(password="wrong")
    with pytest.raises(Exception, match="login"):
        imap.look()
    for path in ("/admin/mailboxes", "/admin/mail/channels", "/admin/health"):
        assert "refused the user name or the password" in admin.get(path).text, path
    assert admin.get("/health").json["checks"]["mailboxes"] == "warning"
    assert admin.get("/health").status_code == 200


def test_it_can_be_removed(imap: Fetching, admin: Client) -> None:
    mailbox_id = imap.add()
    imap.deliver(1)
    imap.look()
    page = f"/admin/mailboxes/{mailbox_id}"
    admin.submit(page, to=f"{page}/delete")
    assert stored(imap.app) == []
    assert imap.subjects() == ["Question 1"]
