"""The parts of a mail that are files: everything but the body, inline images and enclosed mails included."""

from __future__ import annotations

import re

from hookdesk.api import InboundFile
from hookdesk_email_in.charsets import decode
from hookdesk_email_in.fields import ids_in, subject_of
from hookdesk_email_in.mime import Part, UnreadableMessage, parse_parts, uuencoded_files
from hookdesk_email_in.words import one_line
from hookdesk_email_in.yenc import yencoded_files

_PATH = re.compile(r"^.*[/\\]")
_TYPE = re.compile(r"[a-z0-9][\w!#$&^.+-]{0,126}/[a-z0-9][\w!#$&^.+-]{0,126}")
_MAX_NAME = 255


def file_of(part: Part) -> InboundFile:
    """The file that a part holds, its bytes as they were before they were encoded for the way."""
    content_type = part.content_type.value
    content = part.decoded()
    name = filename_of(part)
    if not name and content_type == "message/rfc822":
        name = _enclosed_name(content)
    content_id = next(iter(ids_in(part.raw("content-id"))), "") or decode(part.raw("content-id")).strip(" <>")
    return InboundFile(
        filename=name,
        content_type=content_type if _TYPE.fullmatch(content_type) else "application/octet-stream",
        content=content,
        content_id=one_line(content_id)[:990],
    )


def filename_of(part: Part) -> str:
    """The name a part gives itself (Content-Disposition first, RFC 2183), without a path, "" if it has none."""
    for params in (part.disposition.params, part.content_type.params):
        for key in ("filename", "name", "file"):
            if name := _plain_name(params.get(key, "")):
                return name
    return ""


def encoded_in_text(content: bytes) -> tuple[bytes, list[InboundFile]]:
    """A text without the files that stand in it, as people sent them before there was MIME, and those files."""
    files, kept, at = [], [], 0
    found = yencoded_files(content) if b"\n=yend " in content else uuencoded_files(content)
    for name, data, (start, end) in found:
        kept.append(content[at:start])
        at = end
        files.append(InboundFile(_plain_name(decode(name)), "application/octet-stream", data))
    return b"".join([*kept, content[at:]]), files


def _plain_name(name: str) -> str:
    """A name that no path can hide in, short enough for a file system; the end with its suffix is kept."""
    return one_line(_PATH.sub("", name.strip()))[-_MAX_NAME:]


def _enclosed_name(content: bytes) -> str:
    """An enclosed mail without a name is called by its subject."""
    try:
        subject = subject_of(parse_parts(content))
    except UnreadableMessage:
        subject = ""
    return _plain_name(re.sub(r"[/\\]+", " ", subject)[:100]) + ".eml" if subject else "message.eml"
