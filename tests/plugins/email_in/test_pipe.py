"""`hookdesk-pipe` as a mail server calls it: a process of its own, whose exit status is all that counts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hookdesk_email_in.spool import Spool

MAIL = b"From: grace@example.org\r\nSubject: Fire\r\n\r\nIt burns.\r\n"


def pipe(instance: Path, mail: bytes, *words: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Pipe one mail in."""
    command = [sys.executable, "-m", "hookdesk_email_in.pipe", "--instance", str(instance), *words]
    return subprocess.run(
        command, input=mail, capture_output=True, env={**os.environ, **environ}, timeout=60, check=False
    )


NASTY = {"plain": MAIL, "empty": b"", "garbage": b"\x00\xff\xfe" * 1000, "endless": b"Subject: " + b"x" * 2_000_000}


@pytest.mark.parametrize("mail", NASTY.values(), ids=NASTY.keys())
def test_whatever_comes_is_stored_as_it_came(tmp_path: Path, mail: bytes) -> None:
    """Exit 0 means: it is on disk, byte for byte, with its envelope."""
    done = pipe(tmp_path, mail, "--sender", "a@b.example", "--recipient=help@desk.example")
    assert (done.returncode, done.stderr) == (0, b"")
    spool = Spool(tmp_path)
    [name] = spool.names()
    stored = spool.read(name)
    assert stored is not None
    assert (stored.raw, stored.sender, stored.recipient, stored.truncated) == (
        mail,
        "a@b.example",
        "help@desk.example",
        False,
    )


def test_the_envelope_may_come_in_the_environment(tmp_path: Path) -> None:
    """Exim hands nothing that a stranger wrote to a command line; it is taken from there only if asked for."""
    envelope = {"SENDER": "a@b.example", "RECIPIENT": "help@desk.example"}
    assert pipe(tmp_path, MAIL, "--environment", **envelope).returncode == 0
    assert pipe(tmp_path, MAIL, **envelope).returncode == 0
    spool = Spool(tmp_path)
    stored = [spool.read(name) for name in spool.names()]
    assert [(one.sender, one.recipient) for one in stored if one] == [("a@b.example", "help@desk.example"), ("", "")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An instance whose spool is a file system of 256 kB."""
    (tmp_path / "spool").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path / "spool")]
    if (
        os.geteuid() != 0
        or not shutil.which("mount")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small file system cannot be mounted here")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path / "spool")], check=True)


def test_on_a_full_disk_a_mail_stays_with_the_server_and_none_is_kept_by_half(small_disk: Path) -> None:
    assert pipe(small_disk, MAIL).returncode == 0
    refused = pipe(small_disk, b"Subject: Large\r\n\r\n" + b"x" * 400_000)
    assert refused.returncode == 75
    assert b"No space left on device" in refused.stderr
    spool = Spool(small_disk)
    (first,) = spool.names()
    assert list((small_disk / "spool" / "tmp").iterdir()) == []
    stored = spool.read(first)
    assert stored is not None
    assert stored.raw == MAIL
    spool.remove(first)
    assert pipe(small_disk, MAIL).returncode == 0, "there is room again"


def test_too_long_a_mail_is_cut_and_says_so(tmp_path: Path) -> None:
    """The mail server sees success, and the ledger will show what was kept."""
    assert pipe(tmp_path, b"x" * 300_000, HOOKDESK_MAX_MESSAGE_BYTES="100000").returncode == 0
    spool = Spool(tmp_path)
    stored = spool.read(spool.names()[0])
    assert stored is not None
    assert (len(stored.raw), stored.truncated) == (100_000, True)


def test_what_cannot_be_stored_is_to_be_tried_again(tmp_path: Path) -> None:
    """75 keeps the mail with the mail server: no instance, a spool that is no folder, a mistyped option."""
    assert pipe(tmp_path / "nowhere", MAIL).returncode == 75
    (tmp_path / "spool").write_text("in the way")
    blocked = pipe(tmp_path, MAIL)
    assert blocked.returncode == 75
    assert b"tried again later" in blocked.stderr
    assert pipe(tmp_path, MAIL, "--sendr", "x").returncode == 75
    assert pipe(tmp_path, MAIL, HOOKDESK_MAX_MESSAGE_BYTES="many").returncode == 75


def test_a_line_end_in_the_envelope_adds_nothing(tmp_path: Path) -> None:
    """The head of a spool file cannot be forged."""
    assert pipe(tmp_path, MAIL, "--sender", "a@b\nrecipient evil@example.org").returncode == 0
    spool = Spool(tmp_path)
    stored = spool.read(spool.names()[0])
    assert stored is not None
    assert (stored.recipient, stored.raw) == ("", MAIL)


@pytest.mark.parametrize(("point", "kept"), [("pipe-after-write", 0), ("pipe-after-rename", 1)])
def test_a_crash_leaves_the_mail_whole_or_with_the_server(tmp_path: Path, point: str, kept: int) -> None:
    """Killed before the rename, the server retries; after it, the mail is there. Half a mail is never read."""
    assert pipe(tmp_path, MAIL, HOOKDESK_CRASH_AT=point).returncode == 137
    spool = Spool(tmp_path)
    assert len(spool.names()) == kept
    assert pipe(tmp_path, MAIL).returncode == 0
    assert len(spool.names()) == kept + 1


def test_unfinished_files_are_reported_after_an_hour(tmp_path: Path) -> None:
    """A pipe that died while writing leaves a file that somebody should know of."""
    pipe(tmp_path, MAIL, HOOKDESK_CRASH_AT="pipe-after-write")
    [left] = (tmp_path / "spool" / "tmp").iterdir()
    now = left.stat().st_mtime
    assert Spool(tmp_path).state(now + 60).stale == ()
    assert Spool(tmp_path).state(now + 4000).stale == (left.name,)


def test_the_program_loads_next_to_nothing(tmp_path: Path) -> None:
    """A mail server calls it for each mail, so each module counts: also what stands between the shell and ours."""
    program = Path(sys.executable).with_name("hookdesk-pipe")
    own = loaded(str(program), "--instance", str(tmp_path)) - loaded(sys.executable, "-c", "0")
    assert own <= {"__future__", "time", "hookdesk_email_in", "hookdesk_email_in.pipe"}
    assert len(Spool(tmp_path).names()) == 1


def loaded(*command: str) -> set[str]:
    """The modules that a Python program loads, as the interpreter tells them."""
    told = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
    done = subprocess.run(command, input=MAIL, capture_output=True, env=told, timeout=60, check=True)
    return {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}


def test_the_worker_is_woken(tmp_path: Path) -> None:
    """By a file named like the job, where a worker looks for one; without a worker the mail is stored all the same."""
    (tmp_path / "run" / "wake").mkdir(parents=True)
    assert pipe(tmp_path, MAIL).returncode == 0
    assert [file.name for file in (tmp_path / "run" / "wake").iterdir()] == ["email_in.spool"]


def test_mails_are_read_oldest_first_and_bounded(tmp_path: Path) -> None:
    """Also those that somebody put there by hand, without our head."""
    for number in (3, 1, 2):
        pipe(tmp_path, b"%d" % number)
    spool = Spool(tmp_path)
    byhand = tmp_path / "spool" / "new" / f"{1:020d}-by-hand.mail"
    byhand.write_bytes(MAIL)
    read = [spool.read(name) for name in spool.names()]
    assert [mail.raw for mail in read if mail] == [MAIL, b"3", b"1", b"2"]
    assert spool.names(2) == spool.names()[:2]
    spool.remove(byhand.name)
    assert spool.read(byhand.name) is None
    assert spool.state(0).pending == 3
