"""Mail over POP3 from a real Dovecot: the same promises as over IMAP, by the names that the server gives its messages."""

from __future__ import annotations

import pytest
from tests.servers.mailboxes import Fetching, mail, questions

from hookdesk.api import intake
from hookdesk_mailboxes.protocols import FetchProblem

pytestmark = pytest.mark.plugins("pop3", "storage_fs")


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_mail_becomes_tickets_once_and_is_left_as_it_was(pop3: Fetching, security: str) -> None:
    pop3.deliver(1, 2)
    pop3.add(security=security)
    assert pop3.look().taken == 2
    pop3.deliver(3)
    assert pop3.look().taken == 1
    assert pop3.look().taken == 0
    assert pop3.subjects() == questions(1, 2, 3)
    assert pop3.left() == 3


def test_kept_mail_is_deleted(pop3: Fetching) -> None:
    pop3.deliver(1, 2)
    pop3.add(after="delete")
    pop3.look()
    assert pop3.left() == 0
    pop3.deliver(3)
    pop3.look()
    assert pop3.subjects() == questions(1, 2, 3)


def test_a_server_that_ends_before_it_deletes_is_asked_again(pop3: Fetching) -> None:
    pop3.deliver(1, 2)
    pop3.add(after="delete")
    pop3.look(keep=True)
    assert pop3.connection is not None
    pop3.connection._client.close()  # type: ignore[attr-defined]  # no QUIT, so the server keeps them
    pop3.connection = None
    assert pop3.left() == 2
    assert pop3.look().taken == 0
    assert pop3.left() == 0
    assert pop3.subjects() == questions(1, 2)


def test_a_server_that_names_all_messages_anew_is_read_again_and_nothing_doubled(pop3: Fetching) -> None:
    pop3.deliver(1, 2)
    pop3.add()
    pop3.look()
    pop3.server.number_anew(pop3.user)
    pop3.deliver(3)
    pop3.look()
    assert pop3.look().taken == 0
    assert pop3.subjects() == questions(1, 2, 3)


def test_lines_may_be_as_long_as_real_ones(pop3: Fetching) -> None:
    pop3.server.deliver(pop3.user, mail(1, "x" * 9000))
    pop3.add()
    assert pop3.look().taken == 1


def test_only_what_comes_from_now_on_if_the_administrator_wants_that(pop3: Fetching) -> None:
    pop3.deliver(1, 2)
    pop3.add(takes_old=False, after="delete")
    assert pop3.look().taken == 0
    pop3.deliver(3)
    pop3.look()
    assert pop3.subjects() == questions(3)
    assert pop3.left() == 2, "what was not taken was not to be deleted"


def test_of_a_mail_beyond_the_limit_the_beginning_is_kept_aside(pop3: Fetching) -> None:
    pop3.server.deliver(pop3.user, mail(1, "x " * 5000), mail(2))
    pop3.add(most_bytes=3000)
    assert pop3.look().taken == 2
    with pop3.app.app_context():
        while intake.process_due():
            pass
        assert (intake.ledger()["quarantined"], intake.ledger()["ticket"]) == (1, 1)


def test_a_wrong_password_is_said_in_plain_words(pop3: Fetching) -> None:
    pop3.add(password="wrong")
    with pytest.raises(FetchProblem) as refused:
        pop3.look()
    assert (refused.value.kind, refused.value.detail) == ("login", "-ERR [AUTH] Authentication failed.")
