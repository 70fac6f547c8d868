"""From the spool to a ticket or a reply: matching, doubles, loops, garbage, crashes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from email.message import EmailMessage
from itertools import count
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from hookdesk.api import (
    Actor,
    Attachment,
    IntakeRecord,
    RawIntake,
    ReplyDraft,
    ThreadEntry,
    Ticket,
    clock,
    intake,
    reading,
    references,
    release,
    site,
    system,
    threads,
)
from hookdesk.services.intake_format import raw_bytes
from hookdesk_email_in import services
from hookdesk_email_in.settings import Settings

pytestmark = pytest.mark.plugins("email_in", "storage_fs")
RunJobs = Callable[..., int]


def mail(
    words: str = "It burns.", *, sender: str = "Grace <grace@example.org>", subject: str = "Fire", **headers: str
) -> bytes:
    """A mail as a program writes it; underscores in names stand for hyphens."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "help@desk.example", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(words)
    return made.as_bytes()


@pytest.fixture
def arrive(hookdesk_app: Flask, run_jobs: RunJobs) -> Callable[..., IntakeRecord]:
    """`arrive(raw)`: put a mail into the spool, let the job run; its record."""
    count = iter(range(1000))

    def put(raw: bytes, suffix: str = ".mail") -> IntakeRecord:
        with hookdesk_app.app_context():
            new = site().config.instance / "spool" / "new"
            new.mkdir(parents=True, exist_ok=True)
            (new / f"{next(count):020d}-1-ab{suffix}").write_bytes(b"hookdesk-spool 1\n\n" + raw)
            run_jobs(services.DRAIN)
            assert list(new.iterdir()) == []
            release()
            record: IntakeRecord = (
                reading().scalars(select(IntakeRecord).order_by(IntakeRecord.id.desc()).limit(1)).one()
            )
            return record

    return put


Arrive = Callable[..., IntakeRecord]


def test_a_mail_becomes_a_ticket_and_its_answer_a_reply(hookdesk_app: Flask, arrive: Arrive) -> None:
    """Matched by the Message-ID of the stored mail; what was quoted is folded away."""
    first = arrive(mail(Message_ID="<one@example.org>"))
    assert first.outcome == "ticket"
    words = "More smoke now.\n\nOn Mon, Grace <grace@example.org> wrote:\n> It burns.\n"
    second = arrive(mail(words, subject="Re: Fire", Message_ID="<two@example.org>", In_Reply_To="<one@example.org>"))
    assert (second.outcome, second.ticket_id) == ("reply", first.ticket_id)
    with hookdesk_app.app_context():
        entry = reading().scalars(select(ThreadEntry).where(ThreadEntry.id == second.entry_id)).one()
    assert entry.text.strip() == "More smoke now."
    assert "> It burns." in entry.quoted


def test_our_own_signed_id_matches_and_a_forged_one_does_not(hookdesk_app: Flask, arrive: Arrive) -> None:
    """The signature is what counts, not the numbers."""
    ticket_id = arrive(mail()).ticket_id
    assert ticket_id is not None
    with hookdesk_app.app_context():
        ours = references.message_id(ticket_id, 1, "u1e1", "desk.example")
    assert arrive(mail(subject="x", References=f"<{ours}>")).ticket_id == ticket_id
    forged = ours.replace(".u1e1.", ".u2e1.")
    assert arrive(mail(subject="x", References=f"<{forged}>")).outcome == "ticket"


def test_a_signed_token_in_the_text_matches(hookdesk_app: Flask, arrive: Arrive) -> None:
    """For programs that drop the ids; a wrong signature opens a ticket of its own."""
    ticket_id = arrive(mail()).ticket_id
    assert ticket_id is not None
    with hookdesk_app.app_context():
        token = references.marker(ticket_id)
    assert arrive(mail(f"Hello\n\n{token}", sender="new@example.org")).ticket_id == ticket_id
    assert arrive(mail(f"Hello\n\n{token[:-3]}aa]", sender="new@example.org")).outcome == "ticket"


def test_a_number_counts_for_participants_only(hookdesk_app: Flask, arrive: Arrive) -> None:
    """Numbers can be guessed."""
    first = arrive(mail())
    with hookdesk_app.app_context():
        number = reading().scalar(select(Ticket.number).where(Ticket.id == first.ticket_id))
    assert arrive(mail(subject=f"About #{number}")).ticket_id == first.ticket_id
    stranger = arrive(mail(subject=f"About #{number}", sender="eve@example.org"))
    assert (stranger.outcome, stranger.ticket_id == first.ticket_id) == ("ticket", False)


def test_the_same_mail_twice_is_one_entry(hookdesk_app: Flask, arrive: Arrive) -> None:
    """Over two roads, or retried: the second is rejected. Other words under a used id are kept aside."""
    assert arrive(mail(Message_ID="<one@example.org>")).outcome == "ticket"
    assert arrive(mail(Message_ID="<one@example.org>")).outcome == "rejected"
    assert arrive(mail("Pay me", Message_ID="<one@example.org>")).outcome == "quarantined"
    assert arrive(mail(sender="eve@example.org", Message_ID="<one@example.org>")).outcome == "quarantined"


def drained(run_jobs: RunJobs, *mails: bytes) -> int:
    """Let the job find these mails in the spool all at once; how many statements that took."""
    new, statements = site().config.instance / "spool" / "new", count()
    new.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(mails):
        (new / f"{number:020d}-1-{uuid4().hex}.mail").write_bytes(b"hookdesk-spool 1\n\n" + raw)
    event.listen(site().db.engine, "before_cursor_execute", lambda *_: next(statements))
    run_jobs(services.DRAIN)
    release()
    return next(statements)


def test_of_mails_that_come_at_once_each_finds_what_came_before_it(hookdesk_app: Flask, run_jobs: RunJobs) -> None:
    """What is settled in one transaction does not hang together; an answer waits for its ticket, a copy for the first one."""
    first, alan, otto = mail(Message_ID="<one@example.org>"), "Alan <alan@example.org>", "Otto <otto@example.org>"
    answer = mail("More smoke.", subject="Re: Fire", Message_ID="<three@example.org>", In_Reply_To="<one@example.org>")
    with hookdesk_app.app_context():
        drained(run_jobs, first, mail("Mine, too.", sender=alan), answer, mail("Here.", sender=otto), first)
        ends = reading().all(select(IntakeRecord.outcome, IntakeRecord.ticket_id).order_by(IntakeRecord.id))
        assert [row.outcome for row in ends] == ["ticket", "ticket", "reply", "ticket", "rejected"]
        assert ends[2].ticket_id == ends[0].ticket_id


def test_many_mails_at_once_take_few_statements_each(hookdesk_app: Flask, run_jobs: RunJobs) -> None:
    """On a database behind a network each one costs."""
    some = [
        mail(f"It is {n}", sender=f"Grace <grace{n % 20}@example.org>", Message_ID=f"<{n}@desk>") for n in range(40)
    ]
    with hookdesk_app.app_context():
        drained(run_jobs, *some[:20])
        assert drained(run_jobs, *some[20:39]) < 19 * 10
        assert drained(run_jobs, some[39]) < 24
        assert intake.ledger()["ticket"] == 40


def test_a_large_mail_is_in_memory_once_and_its_file_once_beside_it(hookdesk_app: Flask, run_jobs: RunJobs) -> None:
    made = EmailMessage()
    made["From"], made["Message-ID"] = "grace@example.org", "<large@example.org>"
    made.set_content("A film.")
    made.add_attachment(bytes(4_000_000), "video", "mp4", filename="film.mp4")
    raw = made.as_bytes()
    with hookdesk_app.app_context():
        drained(run_jobs, mail())  # what is imported at first use is no mail's
        tracemalloc.start()
        try:
            drained(run_jobs, raw)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < len(raw) + 4_000_000 + 700_000
        assert reading().scalar(select(Attachment.size)) == 4_000_000


def test_without_an_id_the_same_mail_is_known_by_its_date(arrive: Arrive) -> None:
    """A retried mail is one entry; without a date two equal mails may well be two."""
    dated = mail(Date="Mon, 1 Jun 2026 12:00:00 +0000")
    assert [arrive(dated).outcome, arrive(dated).outcome] == ["ticket", "rejected"]
    assert [arrive(mail()).outcome, arrive(mail()).outcome] == ["ticket", "ticket"]


def test_the_nearest_mail_decides(arrive: Arrive) -> None:
    """In-Reply-To first, then References from the end: a thread that was split goes on where it was answered."""
    old, new = arrive(mail(Message_ID="<old@x>")), arrive(mail(Message_ID="<new@x>"))
    assert arrive(mail(References="<new@x> <old@x>", In_Reply_To="<new@x>")).ticket_id == new.ticket_id
    assert arrive(mail(References="<new@x> <old@x>")).ticket_id == old.ticket_id


def test_a_bounce_of_our_mail_is_a_note_on_its_ticket(hookdesk_app: Flask, arrive: Arrive) -> None:
    """Found by the mail that it brings back; it tells agents, and nobody is answered."""
    ticket_id = arrive(mail()).ticket_id
    assert ticket_id is not None
    with hookdesk_app.app_context():
        ours = references.message_id(ticket_id, 1, "u1e1", "desk.example")
    back = arrive(
        f"From: MAILER-DAEMON@example.org\nContent-Type: {BOUNCE}\n\n--b\n\nNo such user.\n"
        f"--b\nContent-Type: message/delivery-status\n\nAction: failed\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{ours}>\nSubject: Fire\n--b--\n".encode()
    )
    assert (back.outcome, back.ticket_id) == ("reply", ticket_id)
    with hookdesk_app.app_context():
        assert reading().scalar(select(ThreadEntry.kind).where(ThreadEntry.id == back.entry_id)) == "note"


def test_numbers_can_be_left_out_of_account(hookdesk_app: Flask, arrive: Arrive) -> None:
    """Where other programs number their mails, too."""
    first = arrive(mail())
    with hookdesk_app.app_context():
        number = reading().scalar(select(Ticket.number).where(Ticket.id == first.ticket_id))
        site().settings.save("email_in", Settings, {"match_number": False}, system())
    assert arrive(mail(subject=f"About #{number}")).ticket_id != first.ticket_id


def test_a_mail_that_names_nobody_is_kept_aside(arrive: Arrive) -> None:
    """Nobody could be answered."""
    record = arrive(b"Subject: Hello\n\nWho am I?")
    assert (record.outcome, "sender" in record.reason) == ("quarantined", True)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_text_too_long_for_an_entry_goes_on_as_a_file(hookdesk_app: Flask, arrive: Arrive, kind: str) -> None:
    """The ticket opens, and every word is there."""
    words = ("<p>" if kind == "html" else "") + "lorem ipsum & more\n" * 80_000
    record = arrive(f"From: a@example.org\nContent-Type: text/{kind}\n\n{words}".encode())
    assert record.outcome == "ticket"
    with hookdesk_app.app_context():
        size = reading().scalar(select(Attachment.size).where(Attachment.ticket_id == record.ticket_id))
    assert size == len(words.rstrip("\n")) or size == len(words)


def test_a_crash_between_record_and_spool_receives_nothing_twice(hookdesk_app: Flask, run_jobs: RunJobs) -> None:
    """The spool's name is the key: the file that was left behind is deleted, not taken again."""
    with hookdesk_app.app_context():
        new = site().config.instance / "spool" / "new"
        new.mkdir(parents=True, exist_ok=True)
        name = f"{1:020d}-1-ab.mail"
        (new / name).write_bytes(b"hookdesk-spool 1\n\n" + mail())
        intake.receive(services.CHANNEL, mail(), {}, dedupe=name)
        run_jobs()
        release()
        assert list(new.iterdir()) == []
        assert intake.ledger()["received"] == intake.ledger()["ticket"] == 1


BOUNCE = "multipart/report; report-type=delivery-status; boundary=b"
GARBAGE = {
    "empty": b"",
    "binary": bytes(range(256)) * 500,
    "nul": b"From: a@example.org\r\nSubject: a\x00b\r\n\r\nc\x00d",
    "no end": b"X: y\r\n" * 50_000,
    "8-bit": "From: Jürgen <j@example.org>\r\nSubject: Größe\r\n\r\nÄ".encode("latin-1"),
    "lying": b"From: a@example.org\nContent-Type: text/plain; charset=utf-16-nonsense\n\n\xe4\xf6\xfc",
}


@pytest.mark.parametrize("raw", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_taken_or_kept_aside_whole(hookdesk_app: Flask, arrive: Arrive, raw: bytes) -> None:
    """Never pending for ever, never lost: a ticket, or a record that an admin can look at."""
    record = arrive(raw)
    assert record.outcome in ("ticket", "quarantined")
    with hookdesk_app.app_context():
        assert raw_bytes(intake.load(record.id)) == raw


def test_ten_thousand_parts_end_soon(hookdesk_app: Flask, arrive: Arrive) -> None:
    """A bomb of parts is bounded."""
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 10_000
    raw = b'From: a@example.org\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts + b"--b--\r\n"
    assert arrive(raw).outcome in ("ticket", "quarantined")


def test_a_mail_that_was_cut_is_kept_aside(arrive: Arrive) -> None:
    """What is missing cannot be guessed."""
    record = arrive(mail(), suffix=".cut")
    assert record.outcome == "quarantined"
    assert "longer than the limit" in record.reason


def test_what_waits_too_long_is_told(hookdesk_app: Flask) -> None:
    """On the health page: the spool is the one place that the ledger does not see."""
    with hookdesk_app.app_context():
        new = site().config.instance / "spool" / "new"
        new.mkdir(parents=True)
        assert services.health(Settings()).state == "ok"
        (new / f"{1:020d}-1-ab.mail").write_bytes(mail())
        found = services.health(Settings())
    assert (found.state, "1 mail waits" in found.detail) == ("warning", True)


def test_loops_are_cut(hookdesk_app: Flask, arrive: Arrive) -> None:
    """Our own address as the sender, and our own mail coming back."""
    with hookdesk_app.app_context():
        site().settings.save("email_in", Settings, {"own_addresses": ("help@desk.example",)}, system())
        ours = references.message_id(1, 1, "u1e1", "desk.example")
    assert arrive(mail(sender="help@desk.example")).outcome == "rejected"
    assert arrive(mail(Message_ID=f"<{ours}>")).outcome == "rejected"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Content_Type": BOUNCE},
    ],
    ids=["vacation", "autoreply", "bounce"],
)
def test_machines_open_nothing(arrive: Arrive, headers: dict[str, str]) -> None:
    """Autoresponders and bounces that belong to no ticket are rejected, with a reason."""
    raw = b"".join(f"{name.replace('_', '-')}: {value}\r\n".encode() for name, value in headers.items())
    record = arrive(
        b"From: MAILER-DAEMON@example.org\r\nSubject: Away\r\n" + raw + b"\r\n--b\r\n\r\nI am away\r\n--b--\r\n"
    )
    assert (record.outcome, record.ticket_id) == ("rejected", None)


def test_a_mail_that_must_not_be_answered_says_so(arrive: Arrive) -> None:
    """Lists and the like may open a ticket, but no program answers them (RFC 3834)."""
    record = arrive(mail(List_Id="<talk.example.org>", Precedence="list"))
    assert record.meta.get("automatic") is True
    assert arrive(mail()).meta.get("automatic") is None


def test_an_agents_mail_on_a_ticket_is_a_note(
    hookdesk_app: Flask, arrive: Arrive, make_agent: Callable[..., Actor]
) -> None:
    """A slip of the mail program cannot leak."""
    agent = make_agent()
    ticket_id = arrive(mail()).ticket_id
    assert ticket_id is not None
    with hookdesk_app.app_context():
        threads.post(agent, ReplyDraft(ticket_id=ticket_id, kind="response", text="We come."))
        token = references.marker(ticket_id)
    record = arrive(mail(f"They are difficult.\n\n{token}", sender="ada@helpdesk.example"))
    with hookdesk_app.app_context():
        assert reading().scalar(select(ThreadEntry.kind).where(ThreadEntry.id == record.entry_id)) == "note"


@pytest.mark.parametrize(
    ("recipient", "headers", "mailbox"),
    [
        ("<Help@desk.example>", {"Delivered_To": "other@desk.example"}, "help@desk.example"),
        ("", {"Delivered_To": "sales@desk.example", "X_Original_To": "all@desk.example"}, "sales@desk.example"),
        ("", {"X_Original_To": "all@desk.example"}, "all@desk.example"),
        ("", {}, ""),
        ("no address", {"Delivered_To": "nor this"}, ""),
    ],
)
def test_a_mail_says_at_which_mailbox_it_arrived(recipient: str, headers: dict[str, str], mailbox: str) -> None:
    """A blind copy names nobody in To; filters route by it all the same."""
    record = RawIntake(1, "email", mail(**headers), {"recipient": recipient}, clock.now())
    assert services.read(record).mailbox == mailbox
