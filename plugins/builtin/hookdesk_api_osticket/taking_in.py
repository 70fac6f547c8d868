"""From a request's body to a ticket's number."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import request

from hookdesk.api import (
    Outcome,
    ReplyDraft,
    Settled,
    access_ticket,
    attachments,
    intake,
    site,
    system,
    threads,
)
from hookdesk_api_osticket import calls, json_format, xml_format
from hookdesk_api_osticket.keys import Key
from hookdesk_api_osticket.payload import checked, with_options
from hookdesk_api_osticket.problems import ApiProblem

logger = logging.getLogger(__name__)
READERS = {"json": json_format.read, "xml": xml_format.read}
MAIL, MAIL_READER = "email", "email_in"
PROCESSED_IN_S = 60
NO_NUMBER = "0"
"""What a mail that is kept and made no ticket (yet) is answered with: scripts that pipe mail take anything but 201 for a failure."""
CREATED = 201


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer. `is_logged`: the call's line was stored with the ticket."""

    status: int
    text: str
    ticket_id: int | None = None
    note: str = ""
    is_logged: bool = False


def ticket(key: Key, kind: str, body: bytes, dedupe: str) -> Answer:
    """Make a ticket of a JSON or XML body.

    Raises:
        ApiProblem: what it is answered with instead.
    """
    payload = checked(READERS[kind](body))
    note = "\n".join(filter(None, (payload.ignored, *payload.not_attached)))
    address = request.remote_addr or ""
    line = calls.line(key.id, address, f"tickets.{kind}", CREATED, note)
    meta = {"address": payload.address or address, "api_key": key.id}
    message = with_options(payload, calls.plain(line))
    try:
        settled = intake.submit(message, system(key.name), meta, dedupe)
    except (attachments.NoStorage, OSError):
        logger.exception("the files of an API call cannot be stored")
        raise ApiProblem(500, "Files cannot be stored at the moment; nothing was kept, try again later") from None
    if settled.ticket_id is not None and payload.not_attached:
        _tell(settled.ticket_id, payload.not_attached)
    return _answer(settled, message.sender_address, note)


def _tell(ticket_id: int, not_attached: tuple[str, ...]) -> None:
    """An internal note about files that are not there."""
    text = "\n".join(("Some files were not attached:", *not_attached))
    draft = ReplyDraft(ticket_id, "note", text, channel="api", notify=False)
    threads.post(system("API"), draft)


def mail(key: Key, body: bytes, dedupe: str) -> Answer:
    """Take in a raw mail, which may be a reply.

    Raises:
        ApiProblem: what it is answered with instead.
    """
    if site().plugins.get(MAIL_READER) is None:
        raise ApiProblem(501, "Mail is not supported: the plugin for incoming mail is switched off")
    if not body.strip():
        raise ApiProblem(400, "Unable to read email request")
    meta = {"sender": "", "recipient": "", "address": request.remote_addr or "", "api_key": key.id}
    intake_id = intake.receive(MAIL, body, meta, dedupe, wait=PROCESSED_IN_S)
    if intake_id is None:
        intake_id = intake.received(MAIL, dedupe)
    assert intake_id is not None  # what was received under that name is there
    try:
        settled = intake.process(intake_id)
    except Exception:  # it is stored and was put off with its error, so it must not be sent again
        logger.exception("the mail of intake record %s could not be processed yet", intake_id)
        return Answer(CREATED, NO_NUMBER, note="It will be processed in a moment")
    answer = _answer(settled, "", "")
    return answer if answer.status != 202 else Answer(CREATED, NO_NUMBER, note=settled.reason)


def _answer(settled: Settled, sender: str, note: str) -> Answer:
    """What an outcome is answered with."""
    ticket_id = settled.ticket_id or settled.doubled_id
    if ticket_id is not None:
        number = settled.number or access_ticket(system("api_osticket"), ticket_id).number
        is_logged = settled.outcome is Outcome.TICKET and bool(sender)
        return Answer(CREATED, number, ticket_id, note, is_logged)
    if settled.problems:
        told = "\n".join(settled.problems)
        return Answer(422, f"Unable to create new ticket: {told}", note=told)
    if settled.outcome is Outcome.REJECTED:
        words = f"Unable to create new ticket: Ticket denied{f': {sender}' if sender else ''}"
        return Answer(403, words, note=settled.reason)
    return Answer(202, "It is stored and will be looked at; do not send it again", note=settled.reason)
