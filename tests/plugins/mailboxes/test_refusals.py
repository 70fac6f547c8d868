"""A message that the server does not hand out holds none of the others up: it is passed over, named, tried again, and given up at last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from tests.servers.mailboxes import Fetching, mail, questions

from hookdesk.api import Actor, release
from hookdesk.testing import Client, Clock
from hookdesk_mailboxes import connecting, refusals
from hookdesk_mailboxes.protocols import Connection, FetchProblem, Item, Letter

pytestmark = pytest.mark.plugins("mailboxes", "imap", "pop3", "admin", "storage_fs")


class Stubborn:
    """A connection to a server that does not hand out some messages, known by their place in the mailbox; `dies` over them, if so."""

    refused: ClassVar[set[int]] = set()
    dies: ClassVar[bool] = False

    def __init__(self, connection: Connection) -> None:
        self.connection, self.is_dead = connection, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def count(self, folder: str) -> int:
        if self.is_dead:
            raise EOFError("the server has gone")
        return self.connection.count(folder)

    def read(self, folder: str, items: Sequence[Item], most_bytes: int) -> Iterator[Letter]:
        if self.is_dead:
            raise EOFError("the server has gone")
        for item in items:
            if item.number in self.refused:
                self.is_dead = self.dies
                raise FetchProblem("ended" if self.dies else "server", "BAD luck")
            yield from self.connection.read(folder, [item], most_bytes)


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> type[Stubborn]:
    """What each connection of the test is made to be."""

    class Mine(Stubborn):
        refused: ClassVar[set[int]] = set()

    connect = connecting.connect

    def wrapped(mailbox: Any) -> Any:
        connection, expires = connect(mailbox)
        return Mine(connection), expires

    monkeypatch.setattr(connecting, "connect", wrapped)
    return Mine


@pytest.fixture
def admin(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    hookdesk_client.sign_in(make_agent("ada", is_admin=True))
    return hookdesk_client


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_it_is_passed_over_named_and_taken_when_the_server_hands_it_out(
    request: pytest.FixtureRequest, stubborn: type[Stubborn], clock: Clock, protocol: str
) -> None:
    box: Fetching = request.getfixturevalue(protocol)
    box.deliver(1, 2, 3)
    stubborn.refused = {2}
    box.add(after="delete")
    assert box.look().taken == 2
    row = box.row()
    assert (row.problem, row.failures) == ("unreadable", 0)
    with box.app.app_context():
        ((folder, refused),) = refusals.of(box.mailbox_id)
        key = refusals.plain_key(folder, refused)
    assert row.detail == f"{'UID' if protocol == 'imap' else 'UIDL'} {key}, INBOX: BAD luck"
    assert box.left() == 1, "what was not taken in is not deleted"
    stubborn.refused = set()
    assert box.look().taken == 0, "its time has not come"
    clock.set(clock.now + refusals.FIRST_PAUSE)
    assert box.look().taken == 1
    assert box.row().problem == ""
    assert box.left() == 0
    assert box.subjects() == questions(1, 2, 3)


def test_one_over_which_the_server_dies_holds_the_others_up_for_a_moment_alone(
    imap: Fetching, stubborn: type[Stubborn], clock: Clock
) -> None:
    imap.deliver(1, 2, 3)
    stubborn.refused, stubborn.dies = {2}, True
    imap.add()
    for _ in range(2):  # once to learn that there is one, once to learn which
        with pytest.raises(FetchProblem):
            imap.look()
    assert imap.look().taken == 1
    for tries in range(1, refusals.TRIES):
        clock.set(clock.now + refusals.FIRST_PAUSE * refusals.FACTOR ** (tries - 1))
        imap.deliver(10 + tries)
        looked = imap.look()
        assert (looked.taken, looked.is_spent) == (1, True), "the others come first"
    clock.advance(days=7)
    assert not imap.look().is_spent, "it is given up"
    assert imap.row().problem == "unreadable"
    assert imap.subjects() == questions(1, 3, 11, 12, 13, 14)


def test_an_administrator_has_it_tried_again_or_left_there(
    imap: Fetching, stubborn: type[Stubborn], clock: Clock, admin: Client
) -> None:
    imap.deliver(1, 2)
    stubborn.refused = {1, 2}
    imap.add()
    imap.look()
    page = f"/admin/mailboxes/{imap.mailbox_id}"
    assert "BAD luck" in admin.get(page).text
    with imap.app.app_context():
        release()
        first, second = [(folder.id, row.key) for folder, row in refusals.of(imap.mailbox_id)]
    stubborn.refused = {2}

    def press(place: tuple[int, str], **more: str) -> int:
        return admin.submit(page, {"key": place[1], **more}, to=f"{page}/refused/{place[0]}").status_code

    assert press(first) == 200
    assert press(second, leave="1") == 200
    assert press(second) == 404
    assert imap.look().taken == 1
    assert (imap.row().problem, imap.subjects()) == ("", questions(1))


def test_a_file_that_the_mail_server_itself_cannot_read(imap: Fetching) -> None:
    imap.deliver(1, 2, 3)
    imap.server.spoil(imap.user, b"Question 2")
    imap.add()
    for _ in range(4):
        try:
            imap.look()
        except FetchProblem:
            continue
    assert imap.row().problem == "unreadable"
    assert imap.subjects() == questions(1, 3)


def test_pop3_old_mail_stays_where_it_is_when_the_server_names_all_of_it_anew(pop3: Fetching, clock: Clock) -> None:
    old = f"Received: by mx.example; {(clock.now - timedelta(days=3)):%a, %d %b %Y %H:%M:%S +0000}\r\n".encode()
    new = f"Received: by mx.example; {(clock.now + timedelta(minutes=3)):%a, %d %b %Y %H:%M:%S +0000}\r\n".encode()
    pop3.server.deliver(pop3.user, old + mail(1), old + mail(2))
    pop3.add(takes_old=False)
    pop3.look()
    pop3.server.number_anew(pop3.user)
    pop3.server.deliver(pop3.user, new + mail(3))
    assert pop3.look().taken == 1
    assert pop3.subjects() == questions(3)
