"""Merging tickets and taking that back; links; splitting a message off. Who sees what meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Collaborator,
    Comparison,
    Department,
    Forbidden,
    Group,
    InboundFile,
    InboundMessage,
    Mode,
    NotFound,
    Operator,
    Referral,
    ReplyDraft,
    ThreadEntry,
    Ticket,
    access_ticket,
    actors,
    criteria,
    intake,
    participants,
    reading,
    release,
    system,
    threads,
    tickets,
    transact,
)
from hookdesk.services import intake_decide
from hookdesk.testing.instances import Clock
from hookdesk_merge import linking, lists, merging, related, splitting, undoing

pytestmark = pytest.mark.plugins("merge", "storage_fs", "portal")
Make = Callable[..., Ticket]
Agents = Callable[..., Actor]


@pytest.fixture(autouse=True)
def in_context(hookdesk_app: Flask) -> Iterator[None]:
    """Inside an application context."""
    with hookdesk_app.app_context():
        yield


def now(ticket: Ticket) -> Ticket:
    """The ticket as it is stored."""
    release()
    return reading().scalars(select(Ticket).where(Ticket.id == ticket.id)).one()  # type: ignore[no-any-return]  # `one` of a mapped class


def words(ticket: Ticket) -> list[str]:
    """What its thread says."""
    release()
    asked = select(ThreadEntry.text).where(ThreadEntry.ticket_id == ticket.id).order_by(ThreadEntry.id)
    return list(reading().scalars(asked))


def followers(ticket: Ticket) -> set[int]:
    """Who follows it."""
    release()
    return set(reading().scalars(select(Collaborator.user_id).where(Collaborator.ticket_id == ticket.id)))


def requester(user_id: int) -> Actor:
    """Somebody in the portal."""
    found = actors.requester_actor(user_id)
    assert found is not None
    return found


def write(ticket: Ticket, text: str, email: str = "grace@example.org") -> int | None:
    """A message on a ticket's own page; the id of the ticket that it went to."""
    message = InboundMessage("portal", email, "Somebody", "Re", text, ticket_id=ticket.id)
    return intake.submit(message, ANONYMOUS).ticket_id


@pytest.fixture
def pair(make_ticket: Make, ada: Actor) -> tuple[Ticket, Ticket]:
    """Two tickets of two requesters; the second has a file, a note, an answer and a follower."""
    first = make_ticket("Fire", "It burns")
    second = make_ticket(
        "Smoke", "It smokes", email="alan@example.org", files=[InboundFile("a.txt", "text/plain", b"a")]
    )
    threads.post(ada, ReplyDraft(second.id, "note", "Same printer"))
    participants.add_collaborator(ada, second.id, "carl@example.org", "Carl")
    return first, second


def test_the_conversation_goes_on_in_one_place(pair: tuple[Ticket, Ticket], ada: Actor) -> None:
    first, second = pair
    merging.merge(ada, first.id, [second.id])
    assert words(first) == ["It burns", "It smokes", "Same printer"]
    assert words(second) == []
    child, parent = now(second), now(first)
    assert (child.state, child.merged_into_id, child.attachment_count, parent.attachment_count) == (
        "closed",
        first.id,
        0,
        1,
    )
    assert second.user_id in followers(first)
    assert len(followers(first)) == 2
    assert write(second, "Still smoking", "alan@example.org") == first.id
    with pytest.raises(tickets.TicketProblem):
        threads.post(ada, ReplyDraft(second.id, "response", "Here?"))
    with pytest.raises(Forbidden, match="Undo that first"):
        tickets.set_status(ada, second.id, first.status_id)


def test_what_is_written_while_tickets_are_merged_is_not_lost_on_the_closed_one(
    pair: tuple[Ticket, Ticket], make_ticket: Make, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The merge comes between the look at the ticket and the transaction that writes."""
    first, second = pair
    third = make_ticket("Sparks", "It sparks", email="otto@example.org")
    transform, decide = threads.transform, intake_decide.decide

    def merged_meanwhile(child: Ticket, result: Any) -> Any:
        merging.merge(ada, first.id, [child.id])
        return result

    monkeypatch.setattr(threads, "transform", lambda *given: merged_meanwhile(second, transform(*given)))
    with pytest.raises(tickets.TicketProblem, match="Write there"):
        threads.post(ada, ReplyDraft(second.id, "response", "Here?"))
    monkeypatch.setattr(intake_decide, "decide", lambda record, *_: merged_meanwhile(third, decide(record)))
    assert write(third, "Still sparking", "otto@example.org") == first.id
    assert "Here?" not in words(second)
    assert words(first)[-1] == "Still sparking"


def test_undo_brings_everything_back_but_what_came_later(pair: tuple[Ticket, Ticket], ada: Actor) -> None:
    first, second = pair
    [merge_id] = merging.merge(ada, first.id, [second.id])
    threads.post(ada, ReplyDraft(first.id, "response", "We are on it"))
    undoing.undo(ada, merge_id)
    assert words(first) == ["It burns", "We are on it"]
    assert words(second) == ["It smokes", "Same printer"]
    child = now(second)
    assert (child.state, child.status_id, child.merged_into_id, child.attachment_count) == (
        "open", second.status_id, None, 1,
    )  # fmt: skip
    assert followers(first) == set()
    assert len(followers(second)) == 1
    assert not related.of(ada, access_ticket(ada, first.id))
    with pytest.raises(tickets.TicketProblem):
        undoing.undo(ada, merge_id)


def test_what_two_merges_need_stays_until_both_are_undone(
    pair: tuple[Ticket, Ticket], make_ticket: Make, ada: Actor
) -> None:
    """Two tickets of one requester in one department: that one of them comes apart takes nothing from the other."""
    first, second = pair
    third = make_ticket("More smoke", email="alan@example.org")

    def move(session: Any) -> int:
        session.add(place := Department(name="Fire brigade"))
        session.flush()
        for one in (second, third):
            session.get(Ticket, one.id).department_id = place.id
        return int(place.id)

    place = transact(move)
    boss = replace(ada, is_admin=True, permissions=ada.permissions | {"ticket.see_all"})
    merges = merging.merge(boss, first.id, [second.id, third.id])
    shown = select(Referral.department_id).where(Referral.ticket_id == first.id)
    undoing.undo(boss, merges[0])
    assert followers(first) == {second.user_id}
    assert list(reading().scalars(shown)) == [place]
    undoing.undo(boss, merges[1])
    assert followers(first) == set()
    assert not list(reading().scalars(shown))


def test_a_message_is_split_off_once_however_often_one_presses(
    pair: tuple[Ticket, Ticket], ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = reading().scalar(select(ThreadEntry.id).where(ThreadEntry.text == "Same printer")) or 0
    drafted = splitting._drafted  # it stands between the look at the thread and the transaction

    def twice(*given: Any) -> Any:
        monkeypatch.setattr(splitting, "_drafted", drafted)
        splitting.split(ada, entry_id, "By another click")
        return drafted(*given)

    monkeypatch.setattr(splitting, "_drafted", twice)
    with pytest.raises(tickets.TicketProblem, match="another ticket"):
        splitting.split(ada, entry_id, "By this one")
    assert reading().scalar(select(Ticket.id).where(Ticket.subject == "By this one")) is None


def test_who_wrote_after_the_merge_goes_on_following(pair: tuple[Ticket, Ticket], ada: Actor) -> None:
    first, second = pair
    [merge_id] = merging.merge(ada, first.id, [second.id])
    write(second, "Still smoking", "alan@example.org")
    undoing.undo(ada, merge_id)
    assert words(first)[-1] == "Still smoking"
    assert followers(first) == {second.user_id}


def test_a_merge_can_be_undone_for_thirty_days(pair: tuple[Ticket, Ticket], ada: Actor, clock: Clock) -> None:
    [merge_id] = merging.merge(ada, pair[0].id, [pair[1].id])
    clock.advance(days=31)
    with pytest.raises(tickets.TicketProblem, match="30 days"):
        undoing.undo(ada, merge_id)


def test_merges_of_merges_come_apart_from_the_outside(
    pair: tuple[Ticket, Ticket], make_ticket: Make, ada: Actor
) -> None:
    """What was merged into a ticket goes along when that is merged, and messages find the last one."""
    first, second = pair
    third = make_ticket("All printers", "They burn", email="otto@example.org")
    [inner] = merging.merge(ada, first.id, [second.id])
    [outer] = merging.merge(ada, third.id, [first.id])
    assert write(second, "Hello?", "alan@example.org") == third.id
    with pytest.raises(tickets.TicketProblem, match="Undo that first"):
        undoing.undo(ada, inner)
    with pytest.raises(tickets.TicketProblem, match="merged already"):
        merging.merge(ada, second.id, [third.id])
    undoing.undo(ada, outer)
    assert now(second).merged_into_id == first.id
    undoing.undo(ada, inner)
    assert words(second) == ["It smokes", "Same printer"]
    assert words(third) == ["They burn", "Hello?"]


def test_only_participants_of_the_merged_ticket_see_it(pair: tuple[Ticket, Ticket], ada: Actor) -> None:
    """A child leads to its parent, but does not open it: who saw the child otherwise (a colleague) does not see others' messages."""
    first, second = pair
    stranger = requester(now(first).user_id)
    with pytest.raises(NotFound):
        access_ticket(stranger, second.id)
    guest = actors.guest_actor(second.user_id, second.id)
    assert guest is not None
    with pytest.raises(NotFound):
        access_ticket(guest, first.id)
    merging.merge(ada, first.id, [second.id])
    release()
    assert access_ticket(guest, first.id).id == first.id
    assert access_ticket(requester(second.user_id), first.id).id == first.id
    with pytest.raises(NotFound):
        access_ticket(stranger, second.id)
    other = actors.guest_actor(first.user_id, second.id)
    assert other is not None
    with pytest.raises(NotFound):
        access_ticket(other, second.id)


def test_a_department_keeps_sight_of_what_it_had(pair: tuple[Ticket, Ticket], ada: Actor, make_agent: Agents) -> None:
    def work(session: Any) -> int:
        made = Department(name="Fire brigade")
        session.add(made)
        session.flush()
        return int(made.id)

    boss, place = make_agent("boss", "Boss", is_admin=True), transact(work)
    tickets.transfer(boss, pair[1].id, place)
    [merge_id] = merging.merge(boss, pair[0].id, [pair[1].id])
    shown = select(Referral.department_id).where(Referral.ticket_id == pair[0].id)
    assert reading().scalar(shown) == place
    undoing.undo(boss, merge_id)
    release()
    assert reading().scalar(shown) is None


def test_who_may_not_change_both_merges_nothing(pair: tuple[Ticket, Ticket], make_agent: Agents) -> None:
    reader = make_agent("bob", "Bob", role="View and note")
    with pytest.raises(Forbidden):
        merging.merge(reader, pair[0].id, [pair[1].id])
    with pytest.raises(Forbidden):
        linking.link(reader, pair[0].id, [pair[1].id])


def test_links_show_on_both_sides(pair: tuple[Ticket, Ticket], ada: Actor, make_agent: Agents) -> None:
    linking.link(ada, pair[0].id, [pair[1].id])
    linking.link(ada, pair[1].id, [pair[0].id])
    release()
    for one, other in (pair, pair[::-1]):
        [shown] = related.of(ada, access_ticket(ada, one.id))
        assert (shown.kind, shown.number) == ("link", other.number)
    linking.unlink(ada, pair[0].id, pair[1].id)
    release()
    assert now(pair[1]).related == 0
    assert not related.of(ada, access_ticket(ada, pair[1].id))


def test_a_message_becomes_a_ticket_of_its_own(make_ticket: Make, ada: Actor) -> None:
    ticket = make_ticket("Fire", "It burns")
    participants.add_collaborator(ada, ticket.id, "alan@example.org", "Alan")
    write(ticket, "And my screen is black", "alan@example.org")
    last = threads.post(ada, ReplyDraft(ticket.id, "response", "Buy a new one"))
    asked = select(ThreadEntry.id).where(ThreadEntry.text == "And my screen is black")
    number = splitting.split(ada, reading().scalar(asked), "Black screen", with_following=True)
    release()
    made = reading().scalars(select(Ticket).where(Ticket.number == number)).one()
    assert words(made) == ["And my screen is black", "Buy a new one"]
    assert words(ticket) == ["It burns"]
    assert (made.subject, made.user_id != ticket.user_id, made.department_id) == (
        "Black screen",
        True,
        ticket.department_id,
    )
    assert [one.number for one in related.of(ada, access_ticket(ada, ticket.id))] == [number]
    assert write(made, "Thanks", "alan@example.org") == made.id
    with pytest.raises(tickets.TicketProblem):
        splitting.split(
            ada, reading().scalar(select(ThreadEntry.id).where(ThreadEntry.ticket_id == ticket.id)), "All of it"
        )
    with pytest.raises(NotFound):
        splitting.split(requester(ticket.user_id), last + 1000, "x")


def test_a_deleted_parent_leaves_its_children_alone(pair: tuple[Ticket, Ticket], ada: Actor) -> None:
    """Messages come back to the ticket that was merged, and are not lost."""
    merging.merge(ada, pair[0].id, [pair[1].id])
    tickets.remove(system(), pair[0].id)
    assert now(pair[1]).merged_into_id is None
    assert write(pair[1], "Hello?", "alan@example.org") == pair[1].id


def test_conditions_know_merged_and_linked_tickets(pair: tuple[Ticket, Ticket], make_ticket: Make, ada: Actor) -> None:
    third = make_ticket("Steam", "It steams")
    fields = {one.name: one for one in lists.fields()}
    merging.merge(ada, pair[0].id, [pair[1].id])
    linking.link(ada, pair[0].id, [third.id])
    release()
    for name, expected in (("merged", {pair[1].id}), ("linked", {pair[0].id, third.id})):
        wanted = Group(Mode.ALL, (Comparison(name, Operator.IS, True),))
        assert set(reading().scalars(select(Ticket.id).where(criteria.where(wanted, fields)))) == expected
