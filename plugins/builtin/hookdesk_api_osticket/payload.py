"""What a program asks for, checked: a message for intake, and what is to be done with the draft that comes of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hookdesk.api import (
    CoreSettings,
    FilteringHooks,
    InboundFile,
    InboundMessage,
    clean_line,
    file_types,
    html_to_text,
    people,
    site,
    system,
)
from hookdesk_api_osticket.given import Given, GivenFile
from hookdesk_api_osticket.options import CHANNEL, OPTIONS, SOURCES
from hookdesk_api_osticket.problems import invalid

KNOWN = frozenset({
    "alert", "attachments", "autorespond", "email", "ip", "message", "name", "notes", "phone", "priorityId", "source", "subject",
    "system_emails", "thread_entry_recipients", "topicId",
})  # fmt: skip
READ_HERE = frozenset({"alert", "autorespond", "email", "ip", "name", "priorityId", "source", "subject", "topicId"})
MOST_FIELDS = 100
LONGEST_NAME, LONGEST_VALUE = 64, 65_000
LONGEST_TOLD = 300


@dataclass(frozen=True, slots=True)
class Payload:
    """A ticket as asked for. `address` is the requester's own, if the program states it; `notes` say what was ignored or left out."""

    message: InboundMessage
    options: dict[str, Any]
    address: str
    ignored: str
    not_attached: tuple[str, ...]


def checked(given: Given) -> Payload:
    """The payload of a request.

    Raises:
        ApiProblem: 422 with all that is missing or wrong.
    """
    values = given.values
    texts = {name: _text(values.get(name)) for name in ("email", "name", "subject")}
    _demand(texts, given)
    files, not_attached = _files(given.files)
    message = given.message or ""
    asked = InboundMessage(
        channel=CHANNEL,
        sender_address=people.normal_address(texts["email"]),
        sender_name=texts["name"],
        subject=texts["subject"],
        text=html_to_text(message) if given.is_html else message,
        html=message if given.is_html else "",
        files=files,
        topic=_topic(_text(values.get("topicId"))),
        fields=_fields(values),
    )
    unknown = ", ".join(sorted(str(name)[:LONGEST_NAME] for name in values.keys() - KNOWN))[:LONGEST_TOLD]
    ignored = f"Unexpected data received: {clean_line(unknown)}" if unknown else ""
    return Payload(asked, _options(values), _address(values.get("ip")), ignored, not_attached)


def with_options(payload: Payload, call: Mapping[str, Any]) -> InboundMessage:
    """The message that goes to intake: what is asked for travels in its fields, and so does the call's line of the log."""
    return payload.message.replace(fields={**payload.message.fields, OPTIONS: {**payload.options, "call": dict(call)}})


def _demand(texts: Mapping[str, str], given: Given) -> None:
    """Hold what a ticket cannot do without."""
    problems = {}
    if not people.normal_address(texts["email"]):
        problems["email"] = "Valid email address is required"
    for name in ("name", "subject"):
        if not texts[name]:
            problems[name] = f"{name.capitalize()} is a required field"
    if not (given.message or "").strip():
        problems["message"] = "Message is a required field"
    if problems:
        raise invalid(problems)


def _text(value: Any) -> str:
    """One line of a scalar; "" for anything else."""
    return clean_line(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def is_true(value: Any) -> bool:
    """A switch, however a client writes it."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "0", "false", "no", "off")
    return bool(value)


def _options(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be done with the draft."""
    return {
        "alert": is_true(values.get("alert", True)),
        "autorespond": is_true(values.get("autorespond", True)),
        "channel": SOURCES.get(_text(values.get("source")).lower(), CHANNEL),
        "priority": _text(values.get("priorityId"))[:LONGEST_NAME],
    }


def _address(given: Any) -> str:
    """The requester's address, if it is one."""
    try:
        return str(ipaddress.ip_address(_text(given)))
    except ValueError:
        return ""


def _topic(asked: str) -> str:
    """The reference of the topic with that id or name; "" if there is none, for osTicket ignores that too."""
    if not asked:
        return ""
    choices = site().hooks.collect(FilteringHooks.topic_choices, actor=system("api_osticket"))
    for choice in choices:
        if asked in (choice.ref, choice.ref.rpartition(":")[2]) or asked.casefold() == choice.label.casefold():
            return choice.ref
    return ""


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Custom fields: whatever is not read here, within bounds. Phone numbers are in capitals, for the X before an extension."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in READ_HERE or len(found) >= MOST_FIELDS or not 0 < len(name) <= LONGEST_NAME or name == OPTIONS:
            continue
        if isinstance(value, str):
            found[name] = (value.upper() if name == "phone" else value)[:LONGEST_VALUE]
        elif isinstance(value, bool | int | float) or _is_list(value):
            found[name] = value
    return found


def _is_list(value: Any) -> bool:
    """A list of a few short scalars: the choices of one field."""
    return (
        isinstance(value, list)
        and len(value) <= MOST_FIELDS
        and all(isinstance(item, str | bool | int | float) and len(str(item)) <= LONGEST_VALUE for item in value)
    )


def _files(given: tuple[GivenFile, ...]) -> tuple[tuple[InboundFile, ...], tuple[str, ...]]:
    """The files that can be kept, and why the others cannot."""
    limits = site().settings.get("core", CoreSettings)
    kept: list[InboundFile] = []
    problems: list[str] = []
    for file in given:
        problem = file.problem
        if file.content is None:
            problem = problem or "No content"
        elif len(kept) >= limits.max_files:
            problem = f"More than {limits.max_files} files"
        elif len(file.content) > limits.max_file_bytes:
            problem = f"Larger than {limits.max_file_bytes // 1_000_000} MB"
        elif not file_types.is_taken(file.name, file.content, limits.allowed_file_types):
            problem = "Files of this type are not taken here"
        else:
            kept.append(InboundFile(file.name[:400], file.content_type, file.content))
            continue
        problems.append(f"{clean_line(file.name)[:100]}: {problem}")
    return tuple(kept), tuple(problems[:MOST_FIELDS])
