"""Mails that lie in files: read as the formats say, taken in once each, known when they come again."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, IntakeRecord, Ticket, intake, reading, release, site
from hookdesk.testing import Client
from hookdesk_email_in import archives, uploads
from hookdesk_email_in.cli import mail as command

pytestmark = pytest.mark.plugins("email_in", "storage_fs")


def mail(number: int, words: str = "It burns.\n") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"g{number}@example.org", "help@desk.example", f"Fire {number}"
    made["Message-ID"] = f"<{number}@example.org>"
    made.set_content(words)
    return made


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    """Three mails, the last of which is the second once more."""
    path = tmp_path / "old.mbox"
    box = mailbox.mbox(str(path))
    for number in (1, 2, 2):
        box.add(mail(number, "Dear all\n\nFrom here on it burns.\n>From the roof down.\n"))
    box.close()
    return path


def outcomes() -> dict[str, int]:
    release()
    return {name: count for name, count in intake.ledger().items() if count}


def test_an_mbox_is_cut_at_its_separators_alone(mbox: Path) -> None:
    """A sentence may begin with From; what was escaped for the file is as it was sent."""
    with mbox.open("ab") as file:
        file.write(b"From g3@example.org Thu May  3 10:00:00 2024\nSubject: x\n\nHi\n\nFrom here on\n>>From me\n")
    found = list(archives.mails(mbox))
    assert [one.raw.splitlines()[2] for one in found[:3]] == [
        b"Subject: Fire 1",
        b"Subject: Fire 2",
        b"Subject: Fire 2",
    ]
    assert b"\nFrom here on it burns." in found[0].raw
    assert found[3].raw == b"Subject: x\n\nHi\n\nFrom here on\n>From me\n"
    assert [one.raw for one in archives.mails(mbox, found[1].upto)] == [one.raw for one in found[2:]]
    assert found[3].upto == mbox.stat().st_size


def test_of_a_mail_beyond_the_limit_the_beginning_is_read(mbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 100)
    assert [(len(one.raw), one.is_cut) for one in archives.mails(mbox)] == [(100, True)] * 3


def test_folders_and_maildirs_are_gone_through(tmp_path: Path, mbox: Path) -> None:
    box = mailbox.Maildir(str(tmp_path / "maildir"))
    box.add(mail(4).as_bytes())
    box.add_folder("Old").add(mail(5).as_bytes())
    (tmp_path / "maildir" / "tmp" / "unfinished").write_bytes(b"Subject: torn")
    (tmp_path / "maildir" / "dovecot-uidlist").write_bytes(b"3 V1")
    (tmp_path / "one.eml").write_bytes(mail(6).as_bytes())
    (tmp_path / ".hidden").write_bytes(b"no mail")
    found = [one for path in archives.files(tmp_path) for one in archives.mails(path)]
    subjects = sorted(line for one in found for line in one.raw.splitlines() if line.startswith(b"Subject"))
    assert subjects == [b"Subject: Fire %d" % number for number in (1, 2, 2, 4, 5, 6)]


def test_what_is_imported_is_counted_and_known_the_next_time(hookdesk_app: Flask, mbox: Path) -> None:
    """Nobody is told of old mail, unless whoever imports it wants that."""
    with hookdesk_app.app_context():
        first = CliRunner().invoke(command, ["import", str(mbox)])
        assert (first.exit_code, outcomes()) == (0, {"received": 2, "ticket": 2}), first.output
        assert "2 new tickets" in first.output
        assert "Importing" in first.stderr, "the progress bar, which is none of the output"
        assert "1 known already" in first.output
        again = CliRunner().invoke(command, ["import", str(mbox), "--tell"])
        assert "3 known already" in again.output
        assert outcomes()["received"] == 2
        assert all(meta["quiet"] for meta in reading().scalars(select(IntakeRecord.meta)))


def test_a_run_that_is_ended_goes_on_where_it_was(
    hookdesk_app: Flask, mbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(mail: archives.Archived, **how: object) -> str:
        outcome = take_in(mail, source="upload")
        import signal

        signal.raise_signal(signal.SIGINT)
        return outcome

    from hookdesk_email_in import importing

    take_in = importing.take_in
    with hookdesk_app.app_context():
        monkeypatch.setattr(importing, "take_in", interrupt)
        ended = CliRunner().invoke(command, ["import", str(mbox)])
        assert (ended.exit_code, outcomes()["received"]) == (130, 1)
        monkeypatch.setattr(importing, "take_in", take_in)
        CliRunner().invoke(command, ["import", str(mbox)])
        assert outcomes() == {"received": 2, "ticket": 2}


def test_a_file_that_cannot_be_read_is_named(hookdesk_app: Flask, mbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, start: int = 0) -> list[archives.Archived]:
        raise OSError("Input/output error")

    with hookdesk_app.app_context():
        monkeypatch.setattr(archives, "mails", fail)
        done = CliRunner().invoke(command, ["import", str(mbox)])
        assert done.exit_code == 1
        assert "Input/output error" in done.output


def test_with_a_site_a_mail_is_told_what_would_become_of_it(hookdesk_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "a.eml"
    file.write_bytes(mail(1).as_bytes())
    with hookdesk_app.app_context():
        done = CliRunner().invoke(command, ["inspect", "--site", str(file)])
        assert "here           ticket" in done.output
        assert outcomes() == {"received": 0} or outcomes() == {}


def test_an_upload_beyond_a_few_seconds_goes_on_in_the_background(
    hookdesk_app: Flask, mbox: Path, monkeypatch: pytest.MonkeyPatch, run_jobs: Callable[..., int]
) -> None:
    monkeypatch.setattr(uploads, "SECONDS", 0.0)
    with hookdesk_app.app_context():
        begun = uploads.keep("old.mbox", BytesIO(mbox.read_bytes()), "help@desk.example", True)
        assert (begun.is_done, begun.counted) == (False, {"ticket": 1})
        run_jobs(uploads.JOB)
        run_jobs(uploads.JOB)
        done = uploads.every()[0]
        assert (done.is_done, done.percent, done.counted) == (True, 100, {"ticket": 2, "known": 1})
        assert not list((site().config.instance / "spool" / "uploads").glob("*.mails"))
        assert {meta["mailbox"] for meta in reading().scalars(select(IntakeRecord.meta))} == {"help@desk.example"}


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


def test_an_admin_uploads_mails(panel: Client, hookdesk_app: Flask, mbox: Path) -> None:
    done = panel.submit("/admin/mail/inspect/upload", {"file": (BytesIO(mbox.read_bytes()), "old.mbox")}).text
    assert "old.mbox is stored." in done
    assert "New ticket <b" in done
    with hookdesk_app.app_context():
        assert outcomes() == {"received": 2, "ticket": 2}


def test_an_admin_sees_what_would_become_of_a_mail(panel: Client, hookdesk_app: Flask) -> None:
    """Every stage, and nothing is created: neither a ticket nor a record nor a user."""
    pasted = mail(1, "Yes, it does.\n\nOn Mon, 6 May 2024 at 10:00, Ines <help@desk.example> wrote:\n> Does it burn?\n")
    assert 'class="input mono"' in panel.get("/admin/mail/inspect").text  # the theme's class and the page's own
    shown = panel.submit("/admin/mail/inspect", {"mail": pasted.as_string()}).text
    for words in ("New ticket", "Yes, it does.", "Introduces a quote", "text/plain", "g1@example.org", "not known yet"):
        assert words in shown, words
    assert panel.submit("/admin/mail/inspect", {"mail": " "}).status_code == 422
    with hookdesk_app.app_context():
        assert outcomes() == {}
        assert reading().scalar(select(Ticket.id)) is None


def test_a_stored_mail_is_looked_at_before_it_is_replayed(panel: Client, hookdesk_app: Flask) -> None:
    from hookdesk_email_in import services

    made = mail(1)
    del made["From"]
    with hookdesk_app.app_context():
        services.take(made.as_bytes(), process=True)
    assert "names no sender" in panel.get("/admin/mail/inspect/1").text
    assert panel.get("/admin/mail/inspect/2").status_code == 404


@pytest.mark.plugins("email_in", "storage_fs", "why")
def test_the_stages_are_told_as_the_trace_of_a_ticket_is(panel: Client) -> None:
    made = mail(1)
    del made["From"]
    shown = panel.submit("/admin/mail/inspect", {"mail": made.as_string()}).text
    assert 'class="trace"' in shown
    assert "names no sender" in shown
