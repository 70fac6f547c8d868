"""A visitor opens a ticket, whatever they send."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Attachment,
    ThreadEntry,
    Ticket,
    User,
    UserEmail,
    Verdict,
    actors,
    attachments,
    intake,
    people,
    reading,
    site,
    transact,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.settings import CoreSettings
from hookdesk.testing import Client
from hookdesk_portal.hookspecs import Challenge
from hookdesk_portal.settings import Settings

from .conftest import FORM, Letter

pytestmark = pytest.mark.plugins("portal", "storage_fs")
Ledger = Callable[[], Mapping[str, int]]


def number_on(page: str) -> str:
    found = re.search(r"data-ticket-number>([^<]*)<", page)
    assert found, page
    return found[1]


def newest(app: Flask) -> Ticket:
    with app.app_context():
        found: Ticket = reading().scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
        return found


def text_of(app: Flask, ticket: Ticket) -> str:
    with app.app_context():
        return str(reading().scalar(select(ThreadEntry.text).where(ThreadEntry.ticket_id == ticket.id)))


def problem_with(page: str, field: str) -> str:
    found = re.search(rf'id="{field}-error">(?:<svg.*?</svg>)?([^<]*)<', page)
    return found[1] if found else ""


def test_a_visitor_gets_a_number_and_the_ticket_is_theirs(
    hookdesk_client: Client, hookdesk_app: Flask, ledger: Ledger
) -> None:
    sent = hookdesk_client.submit("/open", FORM)
    assert sent.status_code == 200
    ticket = newest(hookdesk_app)
    assert number_on(sent.text) == ticket.number
    assert "within one working day" in sent.text
    with hookdesk_app.app_context():
        owner = reading().first(select(User.name, UserEmail.address).join(UserEmail).where(User.id == ticket.user_id))
    assert owner == ("Grace Hopper", "grace@example.org")
    assert (ticket.subject, ticket.channel) == ("The printer is on fire", "portal")
    assert text_of(hookdesk_app, ticket) == "It has been burning since nine."
    assert (ledger()["received"], ledger()["ticket"]) == (1, 1)


def test_the_form_has_the_names_that_scripts_rely_on(hookdesk_client: Client) -> None:
    names = re.findall(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"', hookdesk_client.get("/open").text)
    assert names == ["csrf_token", "name", "email", "subject", "message", "attachments"]


@pytest.mark.plugins("portal", "storage_fs", "topics")
def test_with_topics_the_topic_comes_first(hookdesk_client: Client) -> None:
    names = re.findall(r'<(?:input|select|textarea)[^>]*\bname="([^"]+)"', hookdesk_client.get("/open").text)
    assert names == ["csrf_token", "topic", "name", "email", "subject", "message", "attachments"]


def test_reloading_the_confirmation_sends_nothing_twice(hookdesk_client: Client, ledger: Ledger) -> None:
    sent = hookdesk_client.submit("/open", FORM, follow=False)
    assert (sent.status_code, sent.location) == (303, "/open/sent")
    number = number_on(sent.text)  # for scripts that do not follow
    for _ in range(2):
        assert number_on(hookdesk_client.get("/open/sent").text) == number
    assert ledger()["received"] == 1


def test_the_confirmation_of_nothing_leads_to_the_form(hookdesk_client: Client) -> None:
    assert hookdesk_client.get("/open/sent").location == "/open"


def test_files_arrive_byte_for_byte_under_names_that_harm_nobody(hookdesk_client: Client, hookdesk_app: Flask) -> None:
    content = bytes(range(256)) * 300
    files = [(io.BytesIO(content), "../../etc/passwd\u202efdp.exe"), (io.BytesIO(b""), "пусто.txt")]
    hookdesk_client.submit("/open", {**FORM, "attachments": files})
    with hookdesk_app.app_context():
        rows = reading().all(
            select(Attachment.filename, Attachment.size, Attachment.sha256, Attachment.storage).order_by(Attachment.id)
        )
        assert [row.size for row in rows] == [len(content), 0]
        assert b"".join(attachments.read(rows[0].sha256, rows[0].storage)) == content
    assert "/" not in rows[0].filename
    assert "\u202e" not in rows[0].filename
    assert rows[1].filename == "пусто.txt"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Write your name."),
        ({"name": " \x00\t "}, "name", "Write your name."),
        ({"name": "x" * 201}, "name", "at most 200"),
        ({"email": ""}, "email", "Write your e-mail address"),
        ({"email": "grace"}, "email", "as in name@example.org"),
        ({"email": "grace@example.org, eve@example.org"}, "email", "as in name@example.org"),
        ({"email": "grace@example.org\nBcc: eve@example.org"}, "email", "as in name@example.org"),
        ({"email": "x" * 400 + "@example.org"}, "email", "as in name@example.org"),
        ({"subject": ""}, "subject", "in one sentence"),
        ({"subject": "x" * 201}, "subject", "at most 200"),
        ({"message": ""}, "message", "Say what happened"),
        ({"message": "  \r\n \x00 "}, "message", "Say what happened"),
        ({"message": "x" * 200_001}, "message", "too long"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(
    hookdesk_client: Client, ledger: Ledger, changes: dict[str, str], field: str, words: str
) -> None:
    page = hookdesk_client.submit("/open", {**FORM, **changes})
    assert page.status_code == 422
    assert words in problem_with(page.text, field)
    assert "What you wrote is kept." in page.text
    for name in set(FORM) - {field}:
        assert FORM[name] in page.text
    assert ledger()["received"] == 0


def test_all_fields_missing_is_all_fields_told(hookdesk_client: Client) -> None:
    page = hookdesk_client.submit("/open")
    assert page.status_code == 422
    assert all(problem_with(page.text, field) for field in FORM)


def test_a_file_where_words_belong_and_words_where_files_belong(hookdesk_client: Client, hookdesk_app: Flask) -> None:
    page = hookdesk_client.submit("/open", {**FORM, "message": (io.BytesIO(b"x"), "x.txt")})
    assert page.status_code == 422
    assert "Say what happened" in problem_with(page.text, "message")
    assert hookdesk_client.submit("/open", {**FORM, "attachments": "no file"}).status_code == 200
    assert newest(hookdesk_app).attachment_count == 0


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }}{% raw %}",
        "🔥🖨️👩‍💻",
        "مرحبا \u202e olleh",
        "a\x00b\x1b[31mc",
        "'; DROP TABLE ticket; --",
        "line\r\nline\n\n\nline",
    ],
)
def test_any_text_is_taken_as_text(
    hookdesk_client: Client, hookdesk_app: Flask, guest: Callable[[Ticket], Client], text: str
) -> None:
    again = hookdesk_client.submit("/open", {**FORM, "subject": text, "message": text, "name": text, "email": "wrong"})
    assert again.status_code == 422
    sent = hookdesk_client.submit("/open", {**FORM, "subject": text, "message": text, "name": text})
    assert sent.status_code == 200
    ticket = newest(hookdesk_app)
    page = guest(ticket).get(f"/tickets/{ticket.number}")
    assert page.status_code == 200
    for answer in (again, sent, page):
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "\x00" not in answer.text
    assert "49" not in re.sub(r"<[^>]*>", "", page.text).replace(ticket.number, "")


def test_a_form_that_was_not_ours_is_turned_away(hookdesk_client: Client, ledger: Ledger) -> None:
    for token in ({}, {"csrf_token": "x"}, {"csrf_token": "🙂" * 1000}):
        answer = hookdesk_client.post("/open", data={**FORM, **token})
        assert answer.status_code == 400
        assert "reload the page" in answer.text
    assert ledger()["received"] == 0


def test_too_much_is_refused_with_the_limit(hookdesk_client: Client, ledger: Ledger) -> None:
    page = hookdesk_client.post(
        "/open",
        input_stream=io.BytesIO(b"--b"),
        content_type="multipart/form-data; boundary=b",
        environ_overrides={"CONTENT_LENGTH": "50000000"},
    )
    assert page.status_code == 413
    assert "Nothing was stored." in page.text
    assert "26 MB at a time" in page.text
    assert ledger()["received"] == 0


def test_numbers_and_lists_in_json_are_no_form(hookdesk_client: Client, ledger: Ledger) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', hookdesk_client.get("/open").text)
    assert token
    page = hookdesk_client.post(
        "/open", json={**FORM, "message": 7, "subject": ["x"]}, headers={"X-CSRFToken": token[1]}
    )
    assert page.status_code == 422
    assert ledger()["received"] == 0


def test_the_sites_limits_on_files_hold_and_the_words_are_kept(
    hookdesk_client: Client, hookdesk_app: Flask, ledger: Ledger
) -> None:
    with hookdesk_app.app_context():
        values = {"max_files": 2, "max_file_bytes": 1024, "allowed_file_types": (".txt", ".pdf")}
        site().settings.save("core", CoreSettings, values, ANONYMOUS)
    wrong: Sequence[tuple[list[tuple[io.BytesIO, str]], str]] = (
        ([(io.BytesIO(b"x"), f"{n}.txt") for n in range(3)], "At most 2 files"),
        ([(io.BytesIO(b"x" * 2000), "big.txt")], "big.txt is larger than"),
        ([(io.BytesIO(b"x"), "virus.EXE")], "virus.EXE: files of this type"),
        ([(io.BytesIO(b"MZ\x90\x00"), "harmless.pdf")], "harmless.pdf: files of this type"),
        ([(io.BytesIO(b"MZ\x90\x00"), "harmless.txt")], "harmless.txt: files of this type"),
    )
    for files, words in wrong:
        page = hookdesk_client.submit("/open", {**FORM, "attachments": files})
        assert page.status_code == 422
        assert words in page.text
        assert "Choose your files again" in page.text
        assert FORM["message"] in page.text
    assert ledger()["received"] == 0


@pytest.mark.parametrize("is_solved", [True, False])
def test_files_come_back_with_a_form_that_has_other_faults(
    hookdesk_client: Client, hookdesk_app: Flask, is_solved: bool
) -> None:
    """They are ticked and go along with the next try; whom a challenge keeps out stores nothing here."""
    challenge = Challenge(
        "portal/sent.html", lambda given: "" if is_solved else "Solve it", {"number": "", "address": ""}
    )
    with hookdesk_app.app_context():
        site().hooks.install("form_challenges", [Implementation("guard", lambda: [challenge], ())])
    file = (io.BytesIO(b"plan"), "plan.txt")
    page = hookdesk_client.submit("/open", {**FORM, "subject": "", "attachments": file})
    assert page.status_code == 422
    box = LexborHTMLParser(page.data).css_first("input[type=checkbox][name=attachments]")
    assert (box is not None, "Choose your files again" in page.text) == (is_solved, not is_solved)
    if box is None:
        return
    assert "plan.txt" in page.text
    again = [box.attributes["value"] or "", (io.BytesIO(b"more"), "more.txt")]
    for token in (again[0] + "x", *again[:1]):  # a forged one is none
        number = number_on(hookdesk_client.submit("/open", {**FORM, "attachments": [token, *again[1:]]}).text)
        again[1] = (io.BytesIO(b"more"), "more.txt")
    with hookdesk_app.app_context():
        asked = select(Attachment.filename, Attachment.size).join(Ticket, Ticket.id == Attachment.ticket_id)
        rows = reading().all(asked.where(Ticket.number == number).order_by(Attachment.id))
        assert [tuple(row) for row in rows] == [("plan.txt", 4), ("more.txt", 4)]
        assert reading().scalar(select(func.count()).select_from(Attachment)) == 3


def test_kept_files_count_against_the_sites_limits(hookdesk_client: Client, hookdesk_app: Flask) -> None:
    page = hookdesk_client.submit("/open", {**FORM, "subject": "", "attachments": (io.BytesIO(b"plan"), "plan.txt")})
    box = LexborHTMLParser(page.data).css_first("input[type=checkbox][name=attachments]")
    assert box is not None
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"max_files": 1}, ANONYMOUS)
    given = [box.attributes["value"] or "", (io.BytesIO(b"more"), "more.txt")]
    assert "At most 1 files" in hookdesk_client.submit("/open", {**FORM, "attachments": given}).text


@pytest.mark.plugins("portal")
def test_without_a_place_for_files_the_words_are_not_lost(hookdesk_client: Client, ledger: Ledger) -> None:
    page = hookdesk_client.submit("/open", {**FORM, "attachments": (io.BytesIO(b"x"), "x.txt")})
    assert page.status_code == 503
    assert "Send it without them" in page.text
    assert FORM["message"] in page.text
    assert ledger()["received"] == 0
    assert hookdesk_client.submit("/open", FORM).status_code == 200


def test_one_address_cannot_flood_the_site(hookdesk_client: Client, hookdesk_app: Flask, ledger: Ledger) -> None:
    codes = [hookdesk_client.submit("/open", FORM).status_code for _ in range(25)]
    assert codes == [200] * 20 + [429] * 5
    assert ledger()["received"] == 20
    told = hookdesk_client.submit("/open", FORM)
    assert "Nothing was stored" in told.text
    elsewhere = hookdesk_app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert isinstance(elsewhere, Client)
    assert elsewhere.submit("/open", FORM).status_code == 200


def test_the_admin_sets_the_limit_and_the_promise(hookdesk_client: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        site().settings.save("portal", Settings, {"posts_per_minute": 2, "promise": "before tea"}, ANONYMOUS)
    assert "A person answers before tea" in hookdesk_client.get("/").text
    assert [hookdesk_client.submit("/open", FORM).status_code for _ in range(3)] == [200, 200, 429]


def screened(app: Flask, verdict: Verdict) -> None:
    with app.app_context():
        site().hooks.install("intake_screen", [Implementation("screen", lambda message: verdict, ("message",))])


def test_what_is_kept_aside_is_not_called_a_ticket(
    hookdesk_client: Client, hookdesk_app: Flask, ledger: Ledger
) -> None:
    screened(hookdesk_app, Verdict.quarantine("contains 'lottery'"))
    page = hookdesk_client.submit("/open", FORM)
    assert page.status_code == 200
    assert "Somebody looks at it" in page.text
    assert "lottery" not in page.text
    assert "data-ticket-number" not in page.text
    assert ledger()["quarantined"] == 1


def test_what_is_rejected_is_told_without_the_reason_of_the_ledger(
    hookdesk_client: Client, hookdesk_app: Flask, ledger: Ledger
) -> None:
    screened(hookdesk_app, Verdict.reject("grace is on the list"))
    page = hookdesk_client.submit("/open", FORM)
    assert page.status_code == 422
    assert "This site does not take this message" in page.text
    assert "on the list" not in page.text
    assert FORM["message"] in page.text
    assert ledger()["rejected"] == 1


def test_the_problems_that_a_plugin_has_with_a_ticket_are_shown(hookdesk_client: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        refuse = Implementation("strict", lambda draft: ["Name the machine, <please>."], ("draft",))
        site().hooks.install("ticket_problems", [refuse])
    page = hookdesk_client.submit("/open", FORM)
    assert page.status_code == 422
    assert "Name the machine, &lt;please&gt;." in page.text


def test_what_cannot_be_processed_now_is_not_lost_nor_asked_for_again(
    hookdesk_client: Client, hookdesk_app: Flask, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr("hookdesk.services.intake_settle.settle", broken)
    page = hookdesk_client.submit("/open", FORM)
    assert page.status_code == 200
    assert "becomes a ticket in a few minutes" in page.text
    assert ledger()["pending"] == 1
    monkeypatch.undo()
    with hookdesk_app.app_context():
        record = reading().scalar(select(func.max(intake.IntakeRecord.id)))
        intake.process(int(record))
    assert newest(hookdesk_app).subject == FORM["subject"]


@pytest.mark.plugins("portal", "topics")
def test_a_topic_is_chosen_or_already_chosen(hookdesk_client: Client, hookdesk_app: Flask) -> None:
    form = hookdesk_client.get("/open").text
    assert form.index('name="topic"') < form.index('name="name"')
    missing = hookdesk_client.submit("/open", {**FORM, "topic": ""})
    assert "Choose what it is about." in problem_with(missing.text, "topic")
    gone = hookdesk_client.submit("/open", {**FORM, "topic": "topics:999"})
    assert "not there any more" in problem_with(gone.text, "topic")
    picked = hookdesk_client.get("/open?topic=topics:1").text
    assert '<input type="hidden" name="topic" value="topics:1">' in picked
    assert "<select" not in picked
    assert "<select" in hookdesk_client.get("/open?topic=topics:999").text
    assert hookdesk_client.submit("/open?topic=topics:1", {**FORM, "topic": "topics:1"}).status_code == 200
    assert newest(hookdesk_app).topic_ref == "topics:1"


def test_without_topics_a_topic_means_nothing(hookdesk_client: Client, hookdesk_app: Flask) -> None:
    assert "topic" not in re.findall(r'\bname="([^"]+)"', hookdesk_client.get("/open?topic=topics:1").text)
    assert hookdesk_client.submit("/open", {**FORM, "topic": "topics:1"}).status_code == 200
    assert newest(hookdesk_app).topic_ref == ""


def test_whoever_is_signed_in_is_not_asked_who_they_are(
    hookdesk_client: Client, hookdesk_app: Flask, requester: Actor
) -> None:
    hookdesk_client.sign_in(requester)
    form = hookdesk_client.get("/open").text
    assert 'name="email"' not in form
    sent = hookdesk_client.submit("/open", {**FORM, "name": "Eve", "email": "eve@example.org"})
    assert sent.status_code == 200
    assert newest(hookdesk_app).user_id == requester.user_id


@pytest.fixture
def requester(hookdesk_app: Flask) -> Actor:
    """A requester with an account."""
    with hookdesk_app.app_context():
        user_id = transact(lambda session: people.ensure_user(session, "olga@example.org", "Ольга Петрова").id)
        actor = actors.requester_actor(user_id)
    assert actor is not None
    return actor


def test_the_page_promises_mail_only_where_mail_is_sent(hookdesk_client: Client, mailbox: list[Letter]) -> None:
    assert "a mail with a link" in hookdesk_client.get("/open").text
    assert "A mail is on its way" in hookdesk_client.submit("/open", FORM).text


def test_without_mail_it_promises_none(hookdesk_client: Client) -> None:
    assert "mail with a link" not in hookdesk_client.get("/open").text
    assert "mail is on its way" not in hookdesk_client.submit("/open", FORM).text


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_none_of_the_pages(hookdesk_client: Client, method: str) -> None:
    assert getattr(hookdesk_client, method)("/open").status_code in (400, 405)
