"""Mail over IMAP from a real Dovecot: each message once, whatever happens to it on the server."""

from __future__ import annotations

import pytest
from tests.servers.mailboxes import Fetching, mail, questions

pytestmark = pytest.mark.plugins("imap", "storage_fs")


def test_mail_becomes_tickets_once_and_is_left_as_it_was(imap: Fetching) -> None:
    imap.deliver(1, 2, 3)
    imap.add()
    assert imap.look().taken == 3
    imap.deliver(4)
    assert imap.look().taken == 1
    assert imap.look().taken == 0
    assert imap.subjects() == questions(1, 2, 3, 4)
    assert imap.server.doveadm("search", "-u", imap.user, "mailbox", "INBOX", "seen") == ""
    assert imap.row().last_success is not None


def test_what_a_person_has_read_meanwhile_comes_in_all_the_same(imap: Fetching) -> None:
    imap.deliver(1, 2)
    imap.add()
    imap.server.doveadm("flags", "add", "-u", imap.user, "\\Seen", "mailbox", "INBOX", "all")
    imap.look()
    assert imap.subjects() == questions(1, 2)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_each_kind_of_encryption_lets_us_in(imap: Fetching, security: str) -> None:
    imap.deliver(1)
    imap.add(security=security)
    assert imap.look().taken == 1


def test_a_look_with_nothing_new_is_one_round_trip(imap: Fetching) -> None:
    imap.deliver(1, 2)
    imap.add()
    imap.server.record(imap.user)
    imap.look(keep=True)
    imap.look(keep=True)  # makes sure of what may have come while the first one read
    before = imap.server.said(imap.user)
    for _ in range(5):
        imap.look(keep=True)
    assert imap.server.said(imap.user)[len(before) :] == ["NOOP"] * 5


def test_mail_that_comes_while_the_connection_is_open_is_seen(imap: Fetching) -> None:
    imap.add()
    imap.deliver(1)
    imap.look(keep=True)
    for number in (2, 3):
        imap.deliver(number)
        assert imap.look(keep=True).taken == 1
    assert imap.subjects() == questions(1, 2, 3)


def test_in_idle_the_server_tells_of_mail_at_once(imap: Fetching) -> None:
    imap.add()
    imap.deliver(1)
    imap.look(keep=True)
    imap.look(keep=True)
    assert imap.connection is not None
    assert imap.connection.wait(0.2) is False
    imap.deliver(2)
    assert any(imap.connection.wait(5) for _ in range(4))
    assert imap.look(keep=True).taken == 1


def test_several_folders_are_read_and_moved_mail_is_no_second_ticket(imap: Fetching) -> None:
    imap.deliver(1)
    imap.deliver(2, folder="Orders")
    imap.add(folders=("INBOX", "Orders"))
    imap.look()
    assert imap.subjects() == questions(1, 2)
    assert imap.look().taken == 0


def test_kept_mail_is_marked_as_read(imap: Fetching) -> None:
    imap.deliver(1, 2)
    imap.add(after="flag")
    imap.look()
    assert len(imap.server.doveadm("search", "-u", imap.user, "mailbox", "INBOX", "seen").split("\n")) == 3
    assert imap.subjects() == questions(1, 2)


def test_kept_mail_goes_to_an_archive_that_is_made(imap: Fetching) -> None:
    imap.deliver(1, 2)
    imap.add(after="move", archive="Done")
    imap.look()
    assert (imap.left(), imap.left("Done")) == (0, 2)
    imap.deliver(3)
    imap.look()
    assert (imap.left(), imap.left("Done")) == (0, 3)
    assert imap.subjects() == questions(1, 2, 3)


def test_kept_mail_is_deleted_and_what_others_marked_stays(imap: Fetching) -> None:
    imap.deliver(1, 2)
    imap.add(after="delete")
    imap.look()
    assert imap.left() == 0
    assert imap.subjects() == questions(1, 2)


def test_a_folder_that_is_numbered_anew_is_read_again_and_nothing_doubled(imap: Fetching) -> None:
    imap.deliver(1, 2, 3)
    imap.add()
    imap.look()
    imap.deliver(4)
    imap.server.number_anew(imap.user)
    imap.look()
    imap.deliver(5)
    assert imap.look().taken == 1
    assert imap.subjects() == questions(1, 2, 3, 4, 5)


def test_only_what_comes_from_now_on_if_the_administrator_wants_that(imap: Fetching) -> None:
    imap.deliver(1, 2)
    imap.add(takes_old=False)
    assert imap.look().taken == 0
    imap.deliver(3)
    assert imap.look().taken == 1
    assert imap.subjects() == questions(3)


def test_of_a_mail_beyond_the_limit_the_beginning_is_kept_aside(imap: Fetching) -> None:
    from hookdesk.api import intake

    imap.server.deliver(imap.user, mail(1, "x" * 5000), mail(2))
    imap.add(most_bytes=3000)
    assert imap.look().taken == 2
    with imap.app.app_context():
        while intake.process_due():
            pass
        ledger = intake.ledger()
    assert (ledger["quarantined"], ledger["ticket"]) == (1, 1)


def test_mail_that_comes_just_before_the_server_is_idle_is_not_waited_for(imap: Fetching) -> None:
    imap.add()
    imap.deliver(1)
    imap.look(keep=True)
    imap.look(keep=True)
    imap.deliver(2)
    assert imap.connection is not None
    assert any(imap.connection.wait(5) for _ in range(2))
    assert imap.look(keep=True).taken == 1
