"""What the intake reads out of files: to look at a mail that came in odd, and to measure the reading."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from hookdesk.api import InboundFile, InboundMessage, html_to_text
from hookdesk_email_in.charsets import decode
from hookdesk_email_in.parse import UnreadableMessage, parse_message
from hookdesk_email_in.reply import trim_reply, trimmed

FORMATS = ("rfc822", "text", "html")


def inspect_file(path: str, format: str = "rfc822") -> dict[str, Any]:
    """One file as the intake reads it; `format` is `rfc822` for a whole mail, `text` or `html` for the body of a reply alone.

    `error` is None, or one sentence that says why nothing could be read. `seconds` is the time it took.
    """
    started = time.perf_counter()
    try:
        message, error = _read(Path(path).read_bytes(), format), None
    except (UnreadableMessage, OSError) as problem:
        message, error = InboundMessage(channel="email", sender_address=""), str(problem)
    return {"path": path, **_as_json(message), "seconds": round(time.perf_counter() - started, 4), "error": error}


def main(argv: list[str] | None = None) -> int | None:
    """Print what is read out of each file: a report, or one JSON object a line.

    The exit status is 1 if one could not be opened, else 0; None leaves the work to the command that knows a site.
    """
    parser = argparse.ArgumentParser(
        prog="hookdesk mail inspect", description="Show what the mail intake reads out of files, and by which rules."
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="rfc822", help="a whole mail, or the text or HTML of a reply alone"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, without the reasons")
    parser.add_argument(
        "--site", action="store_true", help="say also what would become of it at this site; nothing is stored"
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args(argv)
    if options.site:
        return None
    for path in options.files:
        told = (
            json.dumps(inspect_file(path, options.format), ensure_ascii=False)
            if options.json
            else _report(path, options.format)
        )
        sys.stdout.buffer.write(told.encode() + b"\n")
        sys.stdout.buffer.flush()
    return 0 if all(map(_opens, options.files)) else 1


def _report(path: str, format: str) -> str:
    """A file in words."""
    from hookdesk_email_in.looking import Look, look
    from hookdesk_email_in.report import report

    try:
        content = Path(path).read_bytes()
    except OSError as problem:
        return report(path, Look(None, str(problem)))
    if format == "rfc822":
        return report(path, look(content))
    message = _read(content, format)
    return report(path, Look(message, trimmed=trimmed(message.text, message.html)))


def _opens(path: str) -> bool:
    try:
        Path(path).open("rb").close()
    except OSError:
        return False
    return True


def _read(content: bytes, format: str) -> InboundMessage:
    if format == "rfc822":
        return parse_message(content)
    body = decode(content)
    text, html = (body, "") if format == "text" else (html_to_text(body), body)
    return InboundMessage(channel="email", sender_address="", text=text, html=html, reply=trim_reply(text, html))


def _as_json(message: InboundMessage) -> dict[str, Any]:
    return {
        "subject": message.subject,
        "from": {"name": message.sender_name, "address": message.sender_address},
        "to": message.to,
        "cc": message.cc,
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "references": message.references,
        "text": message.text,
        "html": message.html,
        "reply": message.reply,
        "attachments": [_file_as_json(file) for file in message.files],
        "classification": message.kind.value,
    }


def _file_as_json(file: InboundFile) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "content_type": file.content_type,
        "size": file.size,
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }


if __name__ == "__main__":
    sys.exit(main() or 0)
