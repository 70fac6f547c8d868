"""From the spool to the ledger: each mail becomes a record first, is deleted from the spool then, and is interpreted last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic, time
from typing import Any

from flask_babel import format_timedelta, ngettext

from hookdesk.api import (
    Health,
    InboundFile,
    InboundMessage,
    IntakeRecord,
    MessageKind,
    RawIntake,
    Unreadable,
    Verdict,
    crash_point,
    html_to_text,
    intake,
    people,
    references,
    sanitize_html,
    site,
)
from hookdesk_email_in import policies, refusing, tnef
from hookdesk_email_in.classify import is_automatic
from hookdesk_email_in.mime import MAX_BYTES, by_name, read_fields
from hookdesk_email_in.parse import UnreadableMessage, parse_message
from hookdesk_email_in.reply import trim_reply
from hookdesk_email_in.results import finding, finding_of
from hookdesk_email_in.settings import Settings
from hookdesk_email_in.spool import Spool, SpooledMail

SLUG = "email_in"
CHANNEL = "email"
DRAIN = "email_in.spool"
BATCH = 100
SECONDS = 5
HANDFUL, HANDFUL_BYTES = 20, 1_000_000
"""Mails that are stored in one transaction, and how many bytes begin the next one."""
MOST_TEXT = 1_000_000
"""Characters of a thread entry; a mail's longer text goes on as a file."""


def drain() -> int:
    """Take the oldest mails out of this host's spool, at most 100 or 5 s; how many were taken.

    What fails before the record is committed stays in the spool; what fails after it stays in the ledger as pending.
    """
    spool = Spool(site().config.instance)
    until = monotonic() + SECONDS
    taken = 0
    for mails in _handfuls(spool, spool.names(BATCH)):
        taken += _taken(spool, mails)
        if monotonic() > until:
            break
    return taken


def _handfuls(spool: Spool, names: Iterable[str]) -> Iterator[dict[str, SpooledMail]]:
    """The mails by name, as many at a time as are stored together: a few, and never many bytes."""
    mails, size = dict[str, SpooledMail](), 0
    for name in names:
        if (mail := spool.read(name)) is None:
            continue
        mails[name], size = mail, size + len(mail.raw)
        del mail
        if len(mails) >= HANDFUL or size > HANDFUL_BYTES:
            yield mails
            mails, size = {}, 0
    if mails:
        yield mails


def _taken(spool: Spool, mails: dict[str, SpooledMail]) -> int:
    """Store mails, delete them from the spool, bring them to their ends; how many. `mails` is emptied: what is stored need not be held."""
    names = list(mails)
    # A name is unique for ever, so a mail that was received but not deleted before a crash is not received again.
    arrivals = [_spooled(name, mails.pop(name)) for name in names]
    records = intake.receive_all(CHANNEL, arrivals, wait=60)
    for name in names:
        crash_point("spool-after-receive")
        spool.remove(name)
    spool.sync()
    _tell_senders(arrivals, records)
    arrivals.clear()
    intake.process_all(filter(None, records))
    return len(names)


def _spooled(name: str, mail: SpooledMail) -> intake.Arrival:
    """A mail out of the spool."""
    return arrival(mail.raw, name, mail.truncated, sender=mail.sender, recipient=mail.recipient, source="pipe")


def take(
    raw: bytes,
    *,
    sender: str = "",
    recipient: str = "",
    recipients: Sequence[str] = (),
    mailbox: str = "",
    source: str = "",
    dedupe: str = "",
    is_cut: bool = False,
    is_quiet: bool = False,
    process: bool = False,
    wait: int = 0,
) -> int | None:
    """Take one mail in, whoever brings it: the id of its record, or None if `dedupe` came in before. It is committed on return.

    `sender` and `recipient` are the envelope's, `recipients` all of its recipients if there are several, `mailbox` is the account that it
    was fetched from, `source` the road it came by ("pipe", "imap" …). `is_cut` says that `raw` is the beginning of a longer mail; of one
    beyond the limit of `mime` only the beginning is kept, and it ends in quarantine. `is_quiet` is for old mail that is filed later: nobody
    is told of it. With `process` it is brought to its end in the same call; what cannot be at the moment stays pending. `wait` keeps the
    sweeper away for that many seconds, for callers that process the record themselves.
    """
    several = list(recipients) if len(recipients) > 1 else []
    known: dict[str, str | list[str]] = {
        "sender": sender,
        "recipient": recipient,
        "recipients": several,
        "mailbox": mailbox,
        "source": source,
    }
    came = arrival(raw, dedupe, is_cut, **known)
    if is_quiet:
        came = replace(came, meta={**came.meta, "quiet": True, "automatic": True})
    (record,) = intake.receive_all(CHANNEL, [came], wait=60 if process else wait)
    if not is_quiet:
        _tell_senders([came], [record])
    if record is None:
        return None
    if process:
        intake.process_all([record])
    return record.id


def take_all(arrivals: Sequence[intake.Arrival]) -> list[bool]:
    """Take mails in, all in one transaction: which of them are new. They are committed on return."""
    records = intake.receive_all(CHANNEL, arrivals)
    _tell_senders(arrivals, records)
    return [record is not None for record in records]


def _tell_senders(arrivals: Sequence[intake.Arrival], records: Sequence[IntakeRecord | None]) -> None:
    """Tell those whose mails were too large, and new."""
    for came, record in zip(arrivals, records, strict=True):
        if record is not None and came.meta.get("truncated"):
            refusing.too_large(came.raw, came.meta, site().settings.get(SLUG, Settings))


def arrival(raw: bytes, dedupe: str, is_cut: bool, **known: str | list[str]) -> intake.Arrival:
    """A mail as it is stored: no more than the limit of it, and what is known of it besides, under the names of `take`."""
    meta = meta_of(raw, **known)
    if is_cut or len(raw) > MAX_BYTES:
        meta["truncated"] = True
    return intake.Arrival(raw[:MAX_BYTES], meta, dedupe)


def meta_of(raw: bytes, **known: str | list[str]) -> dict[str, Any]:
    """What is known of a mail besides its bytes. `automatic` forbids that a program answers it; `sender_is` and `checked` are the state and
    the details of a `results.Finding`, for the page."""
    meta: dict[str, Any] = {name: value for name, value in known.items() if value}
    try:
        fields = read_fields(raw)
    except UnreadableMessage:
        return meta
    if is_automatic(by_name(fields)):
        meta["automatic"] = True
    shown = [(name.decode("ascii"), value.decode("latin-1")) for name, value in fields]
    found = finding(shown, site().settings.get(SLUG, Settings).trusted_servers)
    return meta | ({"sender_is": found.state, "checked": found.details} if found.state else {})


def read(record: RawIntake) -> InboundMessage:
    """The message of a record of this channel.

    Raises:
        Unreadable: nobody can make a message of it, or it was cut off.
    """
    if record.meta.get("truncated"):
        raise Unreadable(f"the mail is longer than the limit; its first {len(record.raw)} bytes are kept")
    try:
        message = _without_winmail(parse_message(record.raw))
    except UnreadableMessage as problem:
        raise Unreadable(str(problem)) from problem
    return _fitting(_completed(message, record.meta))


def _without_winmail(message: InboundMessage) -> InboundMessage:
    """The message with what Outlook packed into a winmail.dat in its place; one that cannot be read stays a file."""
    files: list[InboundFile] = []
    text, html = message.text, message.html
    for file in message.files:
        is_packed = file.content_type in tnef.TYPES or file.filename.lower() == "winmail.dat"
        found = tnef.unpack(file.content) if is_packed else None
        files += [file] if found is None else found.files
        if found is not None and not text.strip() and not html:
            text, html = found.text or html_to_text(found.html), found.html
    if len(files) == len(message.files) and text == message.text:
        return message.replace(files=tuple(files))
    return message.replace(files=tuple(files), text=text, html=html, reply=message.reply or trim_reply(text, html))


def _completed(message: InboundMessage, meta: Mapping[str, Any]) -> InboundMessage:
    """The mailbox, the envelope's sender where the mail names none, and an id where it has none."""
    message = _arrived(message, _mailbox(message, meta))
    if "@" not in message.sender_address and meta.get("sender"):
        message = message.replace(sender_address=str(meta["sender"]).strip("<>"))
    if message.message_id or message.sent_at is None:
        return message  # without a date two equal mails may well be two
    words = (message.sender_address, message.sent_at.isoformat(), message.subject, message.text)
    digest = hashlib.sha256("\0".join(words).encode())
    for file in message.files:
        digest.update(hashlib.sha256(file.content).digest())
    return message.replace(message_id=f"{digest.hexdigest()[:40]}@no-message-id.invalid")


def _arrived(message: InboundMessage, mailbox: str) -> InboundMessage:
    """At which mailbox it arrived. An address that names a ticket is one of many of the same mailbox."""
    named = references.ticket_of_address(mailbox)
    if named is None:
        return message.replace(mailbox=mailbox)
    to = message.to if mailbox in message.to else (*message.to, mailbox)
    return message.replace(mailbox=named[1], to=to)


def _mailbox(message: InboundMessage, meta: Mapping[str, Any]) -> str:
    """The envelope's recipient; else what the last server noted of it (RFC 9228, and its forerunner); else the account it lay in."""
    noted = (
        meta.get("recipient"),
        message.header("Delivered-To"),
        message.header("X-Original-To"),
        meta.get("mailbox"),
    )
    return next(filter(None, (people.normal_address(str(one or "").strip("<> ")) for one in noted)), "")


def _fitting(message: InboundMessage) -> InboundMessage:
    """A body that is too long for an entry goes on as a file beside its beginning."""
    files = list(message.files)
    html, text, reply = message.html, message.text, message.reply
    if len(html) * 2 > MOST_TEXT and max(len(html), len(sanitize_html(html))) > MOST_TEXT:
        files.append(InboundFile("message.html", "text/html", html.encode()))
        html = ""
    if len(text) > MOST_TEXT:
        files.append(InboundFile("message.txt", "text/plain", text.encode()))
        text, reply = text[:MOST_TEXT], reply[:MOST_TEXT]
    return message.replace(files=tuple(files), html=html, text=text, reply=reply)


def screen(message: InboundMessage, settings: Settings) -> Verdict | None:
    """Our own mail never comes in again, nobody can be answered who has no address, and a forged sender fares as the mailbox says.

    A report is nobody's: it needs no sender, and may well come from a program at an address of ours.
    """
    if references.ticket_of_message_id(message.message_id) is not None:
        return Verdict.reject("it is one of our own mails, which came back")
    if message.kind is MessageKind.BOUNCE:
        return None
    if policies.is_ours(message.sender_address, settings):
        return Verdict.reject(f"it comes from {message.sender_address}, which is an address of ours")
    if not people.normal_address(message.sender_address):
        return Verdict.quarantine("it names no sender who could be answered")
    return _spoofed(message, settings)


def _spoofed(message: InboundMessage, settings: Settings) -> Verdict | None:
    """What the mailbox wants done with a mail whose sender our server has refuted."""
    found = finding_of(message, settings.trusted_servers)
    wanted = policies.policy_of(message.mailbox).spoofed if found.state == "refuted" else "show"
    if wanted == "show":
        return None
    reason = f"it is not from {message.sender_address}, our mail server says: {found.details}"
    return Verdict.reject(reason) if wanted == "reject" else Verdict.quarantine(reason)


def health(settings: Settings) -> Health:
    """Whether mails wait in the spool of this host, or were left unfinished there."""
    state = Spool(site().config.instance).state(time())
    name = "incoming mail"
    if state.oldest_seconds is not None and state.oldest_seconds > settings.late_minutes * 60:
        told = ngettext(
            "%(num)s mail waits in the spool, for %(time)s; is the worker running?",
            "%(num)s mails wait in the spool, the oldest for %(time)s; is the worker running?",
            state.pending,
            time=format_timedelta(timedelta(seconds=state.oldest_seconds)),
        )
        return Health(name, "warning", told)
    if state.stale:
        told = ngettext(
            "%(num)s unfinished file lies in spool/tmp: hookdesk-pipe was ended while it wrote it.",
            "%(num)s unfinished files lie in spool/tmp: hookdesk-pipe was ended while it wrote them.",
            len(state.stale),
        )
        return Health(name, "warning", told)
    return Health(name, "ok", ngettext("%(num)s mail in the spool", "%(num)s mails in the spool", state.pending))
