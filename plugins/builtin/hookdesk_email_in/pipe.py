"""`hookdesk-pipe`: take one mail on stdin and keep it durably in the spool of an instance.

The mail server calls this once a mail, so only modules are imported that the interpreter has loaded anyway.
The exit status is 0 when the mail is safely on disk, else 75 (EX_TEMPFAIL of sysexits.h): the mail server then keeps the mail
and tries again, see Postfix pipe(8). Nothing a mail may hold makes the call fail; too big or empty ones are stored as they are
and end in quarantine, where an admin can see them.

A spool file is a head of `name value` lines, an empty line, and the mail as it came:

    hookdesk-spool 1
    sender jane@example.org
    recipient help@example.com

Its name sorts by arrival: `<nanoseconds>-<pid>-<random>.mail`, or `.cut` if the mail was longer than the limit.
"""

from __future__ import annotations

import os
import sys
import time

EX_OK = 0
EX_TEMPFAIL = 75
CHUNK = 64 * 1024
MAX_MESSAGE_BYTES = 50 * 1024 * 1024
ADDRESS_BYTES = 1000  # RFC 5321 allows 256
MAGIC = b"hookdesk-spool 1\n"
WHOLE, CUT = ".mail", ".cut"
USAGE = """\
usage: hookdesk-pipe [--instance DIR] [--sender ADDRESS] [--recipient ADDRESS] [--environment] < MAIL

Store one mail in the spool of a Hookdesk instance. Exit status: 0 stored, 75 not stored, try again later.

  --instance DIR       the instance, else $HOOKDESK_INSTANCE, else ./instance
  --sender ADDRESS     the envelope sender, if the mail server knows it
  --recipient ADDRESS  the envelope recipient, if the mail server knows it
  --environment        both are in $SENDER and $RECIPIENT, as Exim has them

$HOOKDESK_MAX_MESSAGE_BYTES (52428800) limits what is kept of one mail."""


class PipeError(Exception):
    """The mail could not be stored; the message is one sentence for the log of the mail server."""


def main(argv: list[str] | None = None) -> int:
    """Store the mail on stdin; returns the exit status (0 or 75)."""
    try:
        options = read_options(sys.argv[1:] if argv is None else argv)
        if "help" in options:
            sys.stdout.write(USAGE + "\n")
            return EX_OK
        spool = open_spool(options.get("instance") or os.environ.get("HOOKDESK_INSTANCE") or "instance")
        store(spool, options)
        wake_worker(os.path.dirname(spool))
    except (PipeError, OSError) as error:
        sys.stderr.write(f"hookdesk-pipe: {error}; the mail was not taken, it should be tried again later\n")
        return EX_TEMPFAIL
    return EX_OK


def read_options(arguments: list[str]) -> dict[str, str]:
    """The options by name. A mistyped option is a PipeError (75): the mail must not bounce for it."""
    options: dict[str, str] = {}
    words = iter(arguments)
    for word in words:
        name, given, value = word.removeprefix("--").partition("=")
        if word in ("-h", "--help"):
            options["help"] = ""
        elif word == "--environment":
            options.update((key.lower(), os.environ[key]) for key in ("SENDER", "RECIPIENT") if key in os.environ)
        elif word.startswith("--") and name in ("instance", "sender", "recipient"):
            options[name] = value if given else next(words, "")
        else:
            raise PipeError(f"unknown option {word!r}, see hookdesk-pipe --help")
    return options


def open_spool(instance: str) -> str:
    """The path of the spool, made if the instance has none yet. Raises PipeError without an instance."""
    if not os.path.isdir(instance):
        raise PipeError(f"there is no Hookdesk instance at {instance!r}, set HOOKDESK_INSTANCE or --instance")
    spool = os.path.join(instance, "spool")
    for directory in (spool, os.path.join(spool, "tmp"), os.path.join(spool, "new")):
        if not os.path.isdir(directory):
            os.makedirs(directory, mode=0o700, exist_ok=True)
            give_to_owner(directory, instance)
            sync_directory(os.path.dirname(directory))
    return spool


def store(spool: str, options: dict[str, str]) -> None:
    """Write stdin to the spool: file, fsync, rename, fsync of the directory. After that a crash loses nothing."""
    name = f"{time.time_ns():020d}-{os.getpid()}-{os.urandom(4).hex()}"
    unfinished = os.path.join(spool, "tmp", name)
    new = os.path.join(spool, "new")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            give_to_owner(handle, new)
            write_all(handle, envelope_head(options))
            whole = copy_message(handle, message_limit())
            os.fsync(handle)
        finally:
            os.close(handle)
        crash_point("pipe-after-write")
        os.rename(unfinished, os.path.join(new, name + (WHOLE if whole else CUT)))
    except BaseException:
        if os.path.exists(unfinished):
            os.unlink(unfinished)
        raise
    crash_point("pipe-after-rename")
    sync_directory(new)


def wake_worker(instance: str) -> None:
    """Leave a file by which the worker sees within a second that there is mail; without a worker there is no folder for it."""
    try:
        os.close(os.open(os.path.join(instance, "run", "wake", "email_in.spool"), os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError:
        return  # the mail is safe, and the worker looks by itself every half minute


def envelope_head(options: dict[str, str]) -> bytes:
    """The head of a spool file; line ends in an address cannot add lines to it."""
    lines = [MAGIC]
    for name in ("sender", "recipient"):
        if name in options:
            value = b" ".join(os.fsencode(options[name])[:ADDRESS_BYTES].split())
            lines.append(name.encode() + b" " + value + b"\n")
    return b"".join([*lines, b"\n"])


def copy_message(handle: int, limit: int) -> bool:
    """Copy stdin up to `limit` bytes. What comes after is read and dropped, so that the mail server sees no broken pipe.

    Returns False if something was dropped.
    """
    left = limit
    whole = True
    while chunk := os.read(0, CHUNK):
        if len(chunk) > left:
            chunk, whole = chunk[:left], False
        write_all(handle, chunk)
        left -= len(chunk)
    return whole


def write_all(handle: int, data: bytes) -> None:
    """Write all of `data`: one call may write less, on a disk that is nearly full for one."""
    while data:
        data = data[os.write(handle, data) :]


def message_limit() -> int:
    """How many bytes of a mail are kept. Raises PipeError for a setting that is no number."""
    text = os.environ.get("HOOKDESK_MAX_MESSAGE_BYTES", "")
    if not text:
        return MAX_MESSAGE_BYTES
    if not text.isdecimal() or int(text) == 0:
        raise PipeError(f"HOOKDESK_MAX_MESSAGE_BYTES is {text!r}, which is no number of bytes")
    return int(text)


def give_to_owner(what: str | int, like: str) -> None:
    """Where the mail server calls us as root, a file still has to belong to the user whom the instance belongs to."""
    if os.geteuid() == 0:
        owner = os.stat(like)
        os.chown(what, owner.st_uid, owner.st_gid)


def sync_directory(path: str) -> None:
    """Make a rename or a new file in this directory last through a power cut."""
    handle = os.open(path or ".", os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def crash_point(name: str) -> None:
    """End at once, as a killed process would, if a test asked for it here."""
    if os.environ.get("HOOKDESK_CRASH_AT") == name:
        os._exit(137)


if __name__ == "__main__":
    sys.exit(main())
