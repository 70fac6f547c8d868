"""Limits on what a mail may bring. It is taken all the same, and a note says what was left out; the raw mail has it still."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from hookdesk.api import CoreSettings, InboundFile, InboundMessage, file_types, site
from hookdesk_email_in.settings import Settings

MOST_LINKS = 1000
"""A page with more is a directory or an attack; its HTML becomes a file beside the text."""
_NAMED = 20
_MEGABYTE = 1_000_000


def within(message: InboundMessage, settings: Settings) -> InboundMessage:
    """The message without what goes beyond the limits, and with a remark that names it."""
    return _files(_links(message), settings)


def _links(message: InboundMessage) -> InboundMessage:
    links = message.html.lower().count("<a ") if message.html else 0
    if links <= MOST_LINKS:
        return message
    page = InboundFile("message.html", "text/html", message.html.encode())
    told = _(
        "The mail has %(links)s links. It is shown as plain text; its HTML is attached as message.html.", links=links
    )
    return message.replace(html="", files=(*message.files, page), remarks=(*message.remarks, told))


def _files(message: InboundMessage, settings: Settings) -> InboundMessage:
    """Without the files that the rules of forms refuse, where mails keep to them."""
    if not settings.keep_file_rules or not message.files:
        return message
    rules = site().settings.get("core", CoreSettings)
    kept: list[InboundFile] = []
    refused: list[str] = []
    for file in message.files:
        problem = _problem(file, rules, len(kept))
        if problem:
            refused.append(f"{file.filename or file.content_type}: {problem}")
        else:
            kept.append(file)
    if not refused:
        return message
    heading = ngettext(
        "%(num)s file of this mail was not taken:", "%(num)s files of this mail were not taken:", len(refused)
    )
    told = "\n".join([heading, *refused[:_NAMED], *(["…"] if len(refused) > _NAMED else [])])
    return message.replace(files=tuple(kept), remarks=(*message.remarks, told))


def _problem(file: InboundFile, rules: CoreSettings, taken: int) -> str:
    """Why a file is refused, "" if it is not."""
    if not file_types.is_taken(file.filename, file.content[: file_types.HEAD], rules.allowed_file_types):
        return str(_("files of this kind are not allowed"))
    if file.size > rules.max_file_bytes:
        return str(_("larger than %(most)s MB", most=rules.max_file_bytes // _MEGABYTE))
    if taken >= rules.max_files:
        return str(_("more than %(most)s files", most=rules.max_files))
    return ""
