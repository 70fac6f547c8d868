"""What each call goes through: whose key, how often before, the work, the log, a plain answer."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request
from werkzeug.exceptions import HTTPException

from hookdesk_api_osticket import calls, claims, keys
from hookdesk_api_osticket.keys import Key
from hookdesk_api_osticket.problems import ApiProblem
from hookdesk_api_osticket.taking_in import Answer

Work = Callable[[Key, bytes, str], Answer]
"""What a call does with its key, its body, and the name under which intake takes it in once."""
TRANSIENT = 500


def answer(scope: str, operation: str, work: Work) -> Response:
    """Do the work of a call and answer it in plain text. Like osTicket's, success calls itself HTML; what may quote a client does not."""
    headers: dict[str, str] = {}
    try:
        made = _done(scope, operation, work)
    except ApiProblem as problem:
        made, headers = Answer(problem.status, problem.words, note=problem.words), problem.headers
    except HTTPException as error:  # the body is too large, or broke off
        words = f"{error.name}: the body cannot be taken"
        made = Answer(error.code or 400, words, note=words)
    if not made.is_logged:
        key = keys.current()
        line = calls.line(key.id if key else None, request.remote_addr or "", operation, made.status, made.note)
        calls.write(line, made.ticket_id)
    kind = "html" if made.status < 202 else "plain"
    return Response(made.text, made.status, headers, content_type=f"text/{kind}; charset=utf-8")


def _done(scope: str, operation: str, work: Work) -> Answer:
    """The answer of a key that may do this; what was asked for before is not done again."""
    key = keys.demand(scope)
    body = request.get_data(cache=False)
    claimed = claims.claim(key.id, operation, body) if scope == "tickets" else None
    if claimed is not None and claimed.status is not None:
        return Answer(claimed.status, claimed.answer, note=f"Repeated: {claims.HEADER}")
    made = work(key, body, claimed.dedupe if claimed else "")
    if claimed is not None and made.status < TRANSIENT:
        claims.answered(claimed, made.status, made.text)
    calls.touch(key)
    return made
