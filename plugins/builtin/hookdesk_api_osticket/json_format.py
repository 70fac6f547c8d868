"""`tickets.json`."""

from __future__ import annotations

import json
from typing import Any

from hookdesk_api_osticket import data_urls
from hookdesk_api_osticket.given import Given, GivenFile
from hookdesk_api_osticket.problems import invalid, malformed


def read(body: bytes) -> Given:
    """What a body says.

    Raises:
        ApiProblem: 400, it is no JSON object in UTF-8, or its attachments have another shape; 422, its message cannot be decoded.
    """
    values = _loaded(body)
    files = _files(values.pop("attachments", None))
    message = values.pop("message", None)
    if message is None or isinstance(message, bool | list | dict):
        return Given(values if message is None else {**values, "message": message}, files=files)
    given = data_urls.parse(str(message))
    try:
        return Given(values, given.text(), given.content_type == "text/html", files)
    except ValueError as problem:
        raise invalid({"message": str(problem)}) from None


def _loaded(body: bytes) -> dict[str, Any]:
    """The object. Numbers and names that JSON does not know, and nesting without end, are errors like any other."""
    try:
        values = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except RecursionError:
        raise malformed("Maximum stack depth exceeded") from None
    except ValueError as error:
        raise malformed(f"Syntax error, malformed JSON: {str(error)[:200]}") from None
    if not isinstance(values, dict):
        raise malformed("The body must be a JSON object")
    return values


def _refuse(name: str) -> None:
    """NaN and Infinity are JavaScript, not JSON (RFC 8259 §6)."""
    raise ValueError(f"{name} is no JSON")


def _files(given: Any) -> tuple[GivenFile, ...]:
    """A list of objects {file name: data URL}."""
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise malformed("attachments: this must be a list of objects {name: data}")
    return tuple(_file(name, data) for item in given for name, data in item.items())


def _file(name: str, data: Any) -> GivenFile:
    """One file."""
    if not isinstance(data, str):
        raise malformed(f"attachments/{name[:100]}: this must be a string, best a data URL")
    url = data_urls.parse(data)
    try:
        return GivenFile(name, url.content_type, url.content())
    except ValueError as problem:
        return GivenFile(name, url.content_type, problem=str(problem))
