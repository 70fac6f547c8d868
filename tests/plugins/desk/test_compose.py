"""Replies and internal notes: what is sent, what is kept, and who never sees what."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Attachment,
    OutboxEvent,
    ReplyDraft,
    ThreadEntry,
    Ticket,
    actors,
    bin,
    participants,
    reading,
    threads,
    tickets,
    transact,
)
from hookdesk.settings import CoreSettings
from hookdesk.testing.instances import Client
from hookdesk_desk.settings import Settings
from hookdesk_desk.thread import Seen

pytestmark = pytest.mark.plugins("desk", "storage_fs")
MakeTicket = Callable[..., Ticket]
Inside = Callable[..., Any]


def entries(inside: Inside, ticket: Ticket) -> list[tuple[str, str]]:
    """(kind, text) of each entry."""
    asked = (
        select(ThreadEntry.kind, ThreadEntry.text).where(ThreadEntry.ticket_id == ticket.id).order_by(ThreadEntry.id)
    )
    return [tuple(row) for row in inside(lambda: reading().all(asked))]


def path(ticket: Ticket, rest: str = "") -> str:
    """The address of a ticket, or of something below it."""
    return f"/agent/tickets/{ticket.number}{rest}"


def seen(client: Client, ticket: Ticket) -> str:
    """What the reply form says has been seen."""
    return str(LexborHTMLParser(client.get(path(ticket)).data).css_first("#seen").attributes["value"])


def test_a_reply_goes_out_with_its_status(
    desk: Client, make_ticket: MakeTicket, inside: Inside, stored: Callable[[str], Any]
) -> None:
    ticket = make_ticket()
    given = {"message": "Use the red button.", "status": "pending", "seen": seen(desk, ticket)}
    page = desk.submit(path(ticket), given, to=path(ticket, "/reply")).get_data(as_text=True)
    assert "Reply sent to Grace Hopper." in page
    assert entries(inside, ticket)[-1] == ("response", "Use the red button.")
    assert stored(ticket.number).is_answered
    assert "Waiting for requester" in LexborHTMLParser(page).css_first("#ticket-tools").text()


def test_a_reply_that_is_taken_back_stands_in_the_composer_again(
    desk: Client, make_ticket: MakeTicket, inside: Inside, stored: Callable[[str], Any]
) -> None:
    ticket, token = make_ticket(), upload(desk).json["token"]
    given = {"message": ["Use red.", "<div>Use <b>red</b>.</div>"], "status": "solved", "kept": token}
    page = LexborHTMLParser(desk.submit(path(ticket), given, to=path(ticket, "/reply")).data)
    toast = page.css_first("[data-toast='10']")
    undo = toast.css_first("form").attributes["action"] or ""
    again = desk.submit(path(ticket), {}, to=undo)
    tree = LexborHTMLParser(again.data)
    assert "Your reply is here again." in tree.css_first(".composer-error").text()
    assert tree.css_first("#reply [data-rich-html]").attributes["value"] == "<div>Use <b>red</b>.</div>"
    assert tree.css_first("#reply-status option[selected]").attributes["value"] == "solved"
    assert "plan.txt" in tree.css_first("#reply [data-kept-list]").text()
    assert stored(ticket.number).state == "open"
    assert [kind for kind, _ in entries(inside, ticket)] == ["message"]
    assert "too late" in desk.submit(path(ticket), {}, to=undo).get_data(as_text=True)


def test_a_reply_goes_at_once_where_nothing_can_be_taken_back(
    desk: Client, make_ticket: MakeTicket, save_settings: Callable[..., None]
) -> None:
    save_settings("desk", Settings, undo_send=0)
    ticket = make_ticket()
    page = desk.submit(path(ticket), {"message": "Hello."}, to=path(ticket, "/reply")).get_data(as_text=True)
    assert "/unsend/" not in page


def test_a_reply_without_a_status_leaves_it(
    desk: Client, make_ticket: MakeTicket, stored: Callable[[str], Any]
) -> None:
    ticket = make_ticket()
    desk.submit(path(ticket), {"message": "Working on it."}, to=path(ticket, "/reply"))
    assert stored(ticket.number).status_id == ticket.status_id


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, None),
        ({"to": "all"}, "all"),
        ({"to": "all", "cc": None}, "owner"),
        ({"to": "owner"}, "owner"),
        ({"to": "nobody", "signature": "none"}, "nobody"),
    ],
)
def test_who_gets_a_reply_is_chosen_with_it(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Inside, given: dict[str, Any], told: str | None
) -> None:
    ticket = make_ticket()
    inside(lambda: participants.add_collaborator(ada, ticket.id, "alan@example.org", "Alan"))
    cc = LexborHTMLParser(desk.get(path(ticket)).data).css_first("[name=cc]").attributes["value"] or ""
    sent = {"message": "Hello.", "followers": cc, "cc": cc, **given} if told else {"message": "Hello."}
    desk.submit(
        path(ticket), {name: text for name, text in sent.items() if text is not None}, to=path(ticket, "/reply")
    )
    held = select(OutboxEvent.data).where(OutboxEvent.name == "entry_added").order_by(OutboxEvent.id.desc()).limit(1)
    event = inside(lambda: reading().scalar(held))
    assert event["to"] == {None: None, "all": None, "owner": [ticket.user_id], "nobody": []}[told]
    assert event["signature"] == given.get("signature", "")


def test_a_reply_that_closes_the_ticket(desk: Client, make_ticket: MakeTicket, stored: Callable[[str], Any]) -> None:
    ticket = make_ticket()
    desk.submit(path(ticket), {"message": "Done.", "status": "solved"}, to=path(ticket, "/reply"))
    assert stored(ticket.number).state == "closed"


def test_files_travel_with_a_reply(desk: Client, make_ticket: MakeTicket, inside: Inside) -> None:
    ticket = make_ticket()
    files = [(io.BytesIO(b"one"), "one.txt"), (io.BytesIO(b"two"), "two.pdf")]
    desk.submit(path(ticket), {"message": "See here.", "attachments": files}, to=path(ticket, "/reply"))
    asked = select(Attachment.filename, Attachment.size).where(Attachment.ticket_id == ticket.id)
    assert [tuple(row) for row in inside(lambda: reading().all(asked))] == [("one.txt", 3), ("two.pdf", 3)]


def upload(desk: Client, name: str = "plan.txt", content: bytes = b"plan", **given: str) -> Any:
    """What the desk answers to a file that goes ahead of its text."""
    data = {"attachments": (io.BytesIO(content), name), **given}
    return desk.submit("/agent/", data, to="/agent/uploads", follow=False)


def test_a_file_that_went_ahead_goes_with_the_reply(desk: Client, make_ticket: MakeTicket, inside: Inside) -> None:
    ticket, file = make_ticket(), upload(desk).json
    assert desk.get(file["url"]).data == b"plan"
    desk.submit(path(ticket), {"message": "See here.", "kept": file["token"]}, to=path(ticket, "/reply"))
    asked = select(Attachment.filename, Attachment.size).where(Attachment.ticket_id == ticket.id)
    assert [tuple(row) for row in inside(lambda: reading().all(asked))] == [("plan.txt", 4)]


def test_a_formatted_reply_is_kept_as_words_and_as_harmless_html(
    desk: Client, make_ticket: MakeTicket, inside: Inside
) -> None:
    ticket = make_ticket()
    html = '<div onclick="x">See <a href="https://example.org/a">the page</a><script>x</script></div>'
    given = {"message": ["See the page", html], "status": "nonsense"}
    again = LexborHTMLParser(desk.submit(path(ticket), given, to=path(ticket, "/reply")).data)
    kept = again.css_first("#reply [data-rich-html]").attributes["value"] or ""
    assert "the page</a>" in kept
    desk.submit(path(ticket), {"message": ["See the page", html]}, to=path(ticket, "/reply"))
    assert entries(inside, ticket)[-1] == ("response", "See the page (https://example.org/a)")
    shown = desk.get(path(ticket)).get_data(as_text=True)
    assert 'See <a href="https://example.org/a" rel="noopener noreferrer nofollow">the page</a></div>' in shown


def test_a_file_alone_is_a_reply(desk: Client, make_ticket: MakeTicket, inside: Inside) -> None:
    ticket, token = make_ticket(), upload(desk).json["token"]
    assert desk.submit(path(ticket), {"message": "", "kept": token}, to=path(ticket, "/reply")).status_code == 200
    assert entries(inside, ticket)[-1] == ("response", "")


def test_a_file_that_went_ahead_stays_when_nothing_is_sent(desk: Client, make_ticket: MakeTicket) -> None:
    ticket, token = make_ticket(), upload(desk).json["token"]
    given = {"message": "Hello.", "status": "nonsense", "kept": token}
    tree = LexborHTMLParser(desk.submit(path(ticket), given, to=path(ticket, "/reply")).data)
    assert tree.css_first("#reply [name=kept]") is not None
    assert "plan.txt" in tree.css_first("#reply [data-kept-list]").text()
    assert tree.css_first("#note [name=kept]") is None


def test_nobody_attaches_what_was_not_handed_to_them(desk: Client, make_ticket: MakeTicket, inside: Inside) -> None:
    ticket = make_ticket()
    response = desk.submit(path(ticket), {"message": "Hello.", "kept": "forged"}, to=path(ticket, "/reply"))
    assert response.status_code == 422
    assert "has to be added again" in response.get_data(as_text=True)
    assert desk.get("/agent/uploads/forged").status_code == 404
    assert len(entries(inside, ticket)) == 1


def test_what_was_handed_to_one_agent_is_no_use_to_another(
    desk: Client, make_ticket: MakeTicket, inside: Inside, make_agent: Callable[..., Actor]
) -> None:
    ticket, file = make_ticket(), upload(desk).json
    desk.sign_in(make_agent("grace", "Grace Hopper"))
    assert desk.get(file["url"]).status_code == 404
    given = {"message": "Hello.", "kept": file["token"]}
    assert desk.submit(path(ticket), given, to=path(ticket, "/reply")).status_code == 422
    assert len(entries(inside, ticket)) == 1


def test_a_file_that_goes_ahead_keeps_to_the_sites_limits(desk: Client, save_settings: Callable[..., None]) -> None:
    save_settings("core", CoreSettings, allowed_file_types=(".png",))
    assert upload(desk).status_code == 422
    assert "not taken here" in upload(desk).json["error"]
    assert upload(desk, "fake.png").status_code == 422
    picture = upload(desk, "shot.png", b"\x89PNG\r\n\x1a\n", inline="1").json
    assert picture["cid"].endswith("@inline")


def test_nothing_is_sent_if_the_ticket_changed_meanwhile(
    desk: Client, make_agent: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside
) -> None:
    ticket, bob = make_ticket(), make_agent("bob", "Bob")
    before = seen(desk, ticket)
    inside(lambda: threads.post(bob, ReplyDraft(ticket.id, "note", "I am on it already.")))
    given = {"message": "My long answer.", "status": "solved", "seen": before}
    response = desk.submit(path(ticket), given, to=path(ticket, "/reply"))
    tree = LexborHTMLParser(response.data)
    assert response.status_code == 409
    assert "Nothing was sent" in tree.css_first(".composer-error").text()
    assert tree.css_first("#reply-message").text() == "My long answer."
    assert tree.css_first("#reply-status option[selected]").attributes["value"] == "solved"
    new = tree.css_first("#new")
    assert new is not None
    assert new.next is not None
    assert "I am on it already." in tree.css_first(".thread").text().partition("New since you looked")[2]
    assert [kind for kind, _ in entries(inside, ticket)] == ["message", "note"]
    again = {**given, "seen": tree.css_first("#seen").attributes["value"]}
    assert desk.submit(path(ticket), again, to=path(ticket, "/reply")).status_code == 200
    assert entries(inside, ticket)[-1] == ("response", "My long answer.")


def test_a_changed_property_counts_as_news_too(
    desk: Client, make_agent: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside
) -> None:
    ticket, bob = make_ticket(), make_agent("bob", "Bob")
    before = seen(desk, ticket)
    inside(lambda: tickets.assign(bob, ticket.id, bob.agent_id))
    response = desk.submit(path(ticket), {"message": "Hello.", "seen": before}, to=path(ticket, "/reply"))
    assert response.status_code == 409
    assert "took it" in LexborHTMLParser(response.data).css_first(".thread").text().partition("New since you looked")[2]


def test_a_note_may_be_added_to_a_ticket_that_moved_on(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Inside
) -> None:
    ticket = make_ticket()
    before = seen(desk, ticket)
    inside(lambda: threads.post(ada, ReplyDraft(ticket.id, "note", "one")))
    desk.submit(path(ticket), {"message": "two", "seen": before}, to=path(ticket, "/note"))
    assert entries(inside, ticket)[-1] == ("note", "two")


@pytest.mark.parametrize("text", ["1", "1.2", "x", "-1.0.0", "1.2.3.4", "9" * 40, "²"])
def test_what_was_seen_is_read_or_ignored(text: str) -> None:
    assert (Seen.load(text) is not None) == (text == "1")
    assert Seen.load(Seen(12, 340, 991).dump()) == Seen(12, 340, 991)


def test_an_empty_message_is_not_sent(desk: Client, make_ticket: MakeTicket, inside: Inside) -> None:
    ticket = make_ticket()
    for kind in ("reply", "note"):
        response = desk.submit(path(ticket), {"message": "  \n "}, to=path(ticket, f"/{kind}"))
        assert response.status_code == 422
        assert "Write something first" in LexborHTMLParser(response.data).css_first(".composer-error").text()
    assert len(entries(inside, ticket)) == 1


def test_a_text_is_kept_when_its_file_is_refused(
    desk: Client, make_ticket: MakeTicket, inside: Inside, save_settings: Callable[..., None]
) -> None:
    save_settings("core", CoreSettings, allowed_file_types=(".pdf",))
    ticket = make_ticket()
    given = {"message": "A long note.", "attachments": [(io.BytesIO(b"x"), "virus.exe")]}
    response = desk.submit(path(ticket), given, to=path(ticket, "/note"))
    tree = LexborHTMLParser(response.data)
    assert response.status_code == 422
    assert tree.css_first("#note-message").text() == "A long note."
    assert tree.css_first("#mode-note[checked]") is not None
    assert "virus.exe" in tree.css_first(".composer-error").text()
    assert "Choose the files again" in tree.css_first(".composer-error").text()
    assert len(entries(inside, ticket)) == 1


def test_a_status_that_is_not_there_sends_nothing(desk: Client, make_ticket: MakeTicket, inside: Inside) -> None:
    ticket = make_ticket()
    response = desk.submit(path(ticket), {"message": "Hello.", "status": "nonsense"}, to=path(ticket, "/reply"))
    assert response.status_code == 422
    assert len(entries(inside, ticket)) == 1


@pytest.mark.parametrize(
    ("choice", "leads_to"),
    [
        ("stay", "/agent/tickets/{here}?queue=open&sort=oldest"),
        ("list", "/agent/?sort=oldest"),
        ("next", "/agent/tickets/{after}?queue=open&sort=oldest"),
    ],
)
def test_after_a_reply_one_goes_where_the_settings_say(
    desk: Client, make_ticket: MakeTicket, save_settings: Callable[..., None], choice: str, leads_to: str
) -> None:
    here, after = make_ticket("here"), make_ticket("after")
    save_settings("desk", Settings, after_reply=choice)
    trail = "?queue=open&sort=oldest"
    response = desk.submit(path(here), {"message": "Hello."}, to=path(here, f"/reply{trail}"), follow=False)
    assert response.headers["Location"] == leads_to.format(here=here.number, after=after.number)


def test_who_may_not_reply_cannot(
    desk: Client, ada: Actor, give_role: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside
) -> None:
    give_role(ada)
    ticket = make_ticket()
    assert desk.submit(path(ticket), {"message": "Hello."}, to=path(ticket, "/reply")).status_code == 403
    assert desk.submit(path(ticket), {"message": "Hello."}, to=path(ticket, "/note")).status_code == 200
    assert [kind for kind, _ in entries(inside, ticket)] == ["message", "note"]


def test_who_may_not_close_cannot_close_by_a_reply(
    desk: Client, ada: Actor, give_role: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside
) -> None:
    give_role(ada, "ticket.reply")
    ticket = make_ticket()
    offered = LexborHTMLParser(desk.get(path(ticket)).data).css("#reply-status option")
    assert {node.attributes["value"] for node in offered} == {"", "pending"}
    response = desk.submit(path(ticket), {"message": "My answer.", "status": "solved"}, to=path(ticket, "/reply"))
    assert response.status_code == 422
    assert LexborHTMLParser(response.data).css_first("#reply-message").text() == "My answer."
    assert len(entries(inside, ticket)) == 1


def test_a_form_from_elsewhere_is_refused(desk: Client, make_ticket: MakeTicket, inside: Inside) -> None:
    ticket = make_ticket()
    for kind in ("reply", "note", "claim", "status", "delete"):
        assert desk.post(path(ticket, f"/{kind}"), data={"message": "Hello.", "status": "closed"}).status_code == 400
    assert len(entries(inside, ticket)) == 1


CANARY = "canary-7f3a-never-outside"


@pytest.mark.plugins("desk", "storage_fs", "portal")
@pytest.mark.requires("portal")
def test_a_note_is_never_on_a_requesters_page(desk: Client, make_ticket: MakeTicket, inside: Inside) -> None:
    ticket = make_ticket()
    files = [(io.BytesIO(CANARY.encode()), f"{CANARY}.txt")]
    desk.submit(path(ticket), {"message": CANARY, "attachments": files}, to=path(ticket, "/note"))
    file_id = inside(lambda: reading().scalar(select(Attachment.id).where(Attachment.ticket_id == ticket.id)))
    requester = inside(lambda: actors.requester_actor(ticket.user_id))
    visitor = desk.application.test_client()
    assert isinstance(visitor, Client)
    visitor.sign_in(requester)
    page = visitor.get(f"/tickets/{ticket.number}")
    assert page.status_code == 200
    assert "It has been burning" in page.get_data(as_text=True)
    assert CANARY not in page.get_data(as_text=True)
    assert visitor.get(f"/attachments/{file_id}/{CANARY}.txt").status_code == 404
    assert visitor.get(path(ticket)).status_code == 302
    assert CANARY in desk.get(path(ticket)).get_data(as_text=True)


@pytest.mark.requires("merge")
def test_what_was_written_to_a_ticket_that_went_away_meanwhile_comes_back(
    desk: Client, make_agent: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside
) -> None:
    """Merged: below the way to where the conversation goes on. Deleted: on a page of its own."""
    merged, deleted = make_ticket(), make_ticket("another")
    before = seen(desk, merged)

    def merge(session: Session) -> None:
        session.get_one(Ticket, merged.id).merged_into_id = deleted.id

    inside(lambda: transact(merge))
    given = {"message": "My long answer.", "seen": before}
    answer = desk.submit(path(deleted), given, to=path(merged, "/reply"))
    assert answer.status_code == 422
    assert LexborHTMLParser(answer.data).css_first("#unsent").text().strip() == "My long answer."
    token = LexborHTMLParser(desk.get(path(deleted)).data).css_first("[name=csrf_token]").attributes["value"]
    boss = make_agent("boss", "Boss", role="All access")
    inside(lambda: bin.discard(boss, deleted.id))
    for mode in ("reply", "note"):
        gone = desk.post(path(deleted, f"/{mode}"), data={**given, "csrf_token": token})
        assert gone.status_code == 404
        assert "My long answer." in LexborHTMLParser(gone.data).css_first("#unsent").text()
    assert desk.post(path(deleted, "/note"), data={"csrf_token": token}).status_code == 404
