"""The OpenAPI 3.1 document: what this plugin's operations are, and one document made of every plugin's part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hookdesk import __version__
from hookdesk.api import site
from hookdesk_api_osticket.hookspecs import ApiHooks

TAG = "osTicket-compatible"
SCALAR = {"type": ["string", "number"], "pattern": r"\S"}
ERRORS = {
    400: "The body cannot be read as what its address says, or the Idempotency-Key is empty or too long.",
    401: "No key, an unknown or inactive one, a key from another address, or one that may not do this.",
    403: "Denied: the sender is banned, or a filter turned the message away.",
    413: "The body is larger than this site takes.",
    415: "No such format.",
    422: "No ticket can be made of it, or the Idempotency-Key came with another request before. osTicket says 500 for the first.",
    429: "Too many calls; Retry-After says when to come again.",
    500: "Files cannot be stored at the moment. Nothing was kept; come again later.",
    501: "The plugin for incoming mail is switched off.",
}


def document() -> dict[str, Any]:
    """Every plugin's part in one document."""
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Hookdesk", "version": __version__, "description": "What programs may ask of this site."},
        "tags": [],
        "paths": {},
        "components": {},
    }
    for part in site().hooks.collect(ApiHooks.openapi_parts):
        whole["tags"].extend(part.get("tags", ()))
        whole["paths"].update(part.get("paths", {}))
        for kind, named in part.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(named)
    return whole


def part() -> Mapping[str, Any]:
    """The operations of this plugin."""
    about = (
        "osTicket 1.18's API, for programs that speak it already. Each address also works below `/api/http.php/`. "
        "Answers are plain text, as osTicket's are."
    )
    return {
        "tags": [{"name": TAG, "description": about}],
        "paths": {
            "/api/tickets.json": {"post": _ticket("createTicketFromJson", "json", _json_body())},
            "/api/tickets.xml": {"post": _ticket("createTicketFromXml", "xml", _xml_body())},
            "/api/tickets.email": {"post": _ticket("createTicketFromMail", "mail", _mail_body())},
            "/api/tasks/cron": {"post": _cron()},
        },
        "components": {
            "securitySchemes": {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
            "schemas": {"OsTicketRequest": _schema()},
        },
    }


def _operation(name: str, summary: str, responses: Mapping[str, Any]) -> dict[str, Any]:
    """What all operations share."""
    return {
        "operationId": name,
        "summary": summary,
        "tags": [TAG],
        "security": [{"ApiKey": []}],
        "responses": dict(responses),
    }


def _ticket(name: str, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """An operation that makes a ticket."""
    number = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "description": "The ticket's number."}
    about = "The ticket's number"
    if kind == "mail":
        about += ", also of one that the mail answers; 0 if the mail is kept and no ticket has it (yet)"
    responses = {"201": _response(f"{about}.", number, "text/html")}
    if kind != "mail":
        responses["202"] = _response(
            "It is stored, and an administrator or the next try decides; do not send it again."
        )
    codes = (*ERRORS,) if kind == "mail" else tuple(code for code in ERRORS if code != 501)
    return {
        **_operation(name, f"Make a ticket of {kind}", {**responses, **_errors(*codes)}),
        "parameters": [_header()],
        "requestBody": {"required": True, "content": body},
    }


def _cron() -> dict[str, Any]:
    """The one task."""
    told = _response("The word Completed: the jobs that were due are woken.", {"const": "Completed"}, "text/html")
    return _operation("runCron", "Wake the jobs that are due", {"200": told, **_errors(401, 413, 429)})


def _errors(*codes: int) -> dict[str, Any]:
    """Answers that say why not."""
    return {str(code): _response(ERRORS[code]) for code in codes}


def _response(
    description: str, schema: Mapping[str, Any] | None = None, content_type: str = "text/plain"
) -> dict[str, Any]:
    """An answer in plain text, with what is left of the calls."""
    counts = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
    return {
        "description": description,
        "headers": {name: {"schema": {"type": "integer"}} for name in counts},
        "content": {content_type: {"schema": dict(schema or {"type": "string"})}},
    }


def _header() -> dict[str, Any]:
    """The key against doubles."""
    about = "For 24 hours the same value with the same body is answered as the first time, and makes no second ticket."
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return {"name": "Idempotency-Key", "in": "header", "description": about, "schema": schema}


def _json_body() -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": "#/components/schemas/OsTicketRequest"}}}


def _xml_body() -> dict[str, Any]:
    about = (
        "A `ticket` element. Keys are its attributes or elements; `<message type>`; "
        '`<attachments><file name="" type="" encoding="base64">`. No document type.'
    )
    return {"application/xml": {"schema": {"type": "string", "description": about}}}


def _mail_body() -> dict[str, Any]:
    return {"text/plain": {"schema": {"description": "A whole mail (RFC 5322), whatever its bytes are."}}}


def _schema() -> dict[str, Any]:
    """The keys of a ticket. Whatever else is there goes into the ticket's fields, and the log of calls names it."""
    data_url = "Text, or a data URL (RFC 2397): `data:text/html;charset=utf-8,…`"
    files = {"type": "object", "additionalProperties": {"type": "string", "description": data_url}}
    return {
        "type": "object",
        "required": ["email", "name", "subject", "message"],
        "properties": {
            "email": {"type": "string", "format": "email"},
            "name": SCALAR,
            "subject": SCALAR,
            "message": {**SCALAR, "description": data_url},
            "attachments": {"type": ["array", "null"], "items": files, "description": "Objects {file name: data URL}."},
            "alert": {"default": True, "description": "Whether agents are told."},
            "autorespond": {"default": True, "description": "Whether the requester gets a confirmation."},
            "source": {"default": "API", "description": "API, Web, Phone, Email or Other."},
            "topicId": {"description": "Id or name of a help topic; one that is not there is ignored."},
            "priorityId": {"description": "Id, key or name of a priority; one that is not there is ignored."},
            "ip": {"description": "The requester's address."},
        },
        "additionalProperties": True,
    }
