"""Error pages: what happened, what was kept, how to go on. A person's mistake is never a 500."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import BadHost, HTTPException

from hookdesk.access import Forbidden, NotFound
from hookdesk.services.attachments import NoStorage
from hookdesk.site import site
from hookdesk.web.actor import face

logger = logging.getLogger("hookdesk.web")


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(NotFound, lambda error: page(404))
    app.register_error_handler(Forbidden, lambda error: page(403, error.reason))
    app.register_error_handler(CSRFError, lambda error: page(400, _csrf_words()))
    app.register_error_handler(
        NoStorage, lambda error: page(503, gettext("Files cannot be stored or read at the moment."))
    )
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_crash)


def _csrf_words() -> str:
    """What a failed CSRF check means to a person."""
    return str(
        gettext(
            "The form had expired or came from elsewhere, so it was not accepted. "
            "Go back, reload the page and send it again."
        )
    )


def on_http_error(error: HTTPException) -> Response | HTTPException:
    """A page in words for what Werkzeug raised; redirects pass through."""
    if error.code is None or error.code < 400:
        return error
    response = page(error.code)
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow"):
            response.headers[name] = value
    return response


def on_crash(error: Exception) -> Response:
    """An error of ours, or a database that is away, locked or full for the moment: logged under a reference that the page shows."""
    reference = secrets.token_hex(4)
    logger.error("unhandled error %s at %s %s", reference, request.method, request.path, exc_info=error)
    return page(503 if isinstance(error, OperationalError) else 500, reference=reference)


def words(code: int) -> tuple[str, str]:
    """Title and advice for a status."""
    known = {
        400: (gettext("That could not be read"), gettext("Go back, reload the page and try again. Nothing was changed.")),
        403: (gettext("You may not do this"), gettext("Your account lacks the permission. An administrator can give it to you.")),
        404: (gettext("There is nothing here"), gettext("The page is gone, never was, or is not yours to see.")),
        405: (gettext("That page takes no such request"), gettext("Go back and use the form on the page.")),
        413: (
            gettext("That is too large"),
            gettext("Nothing was stored. This site takes %(most)s MB at a time. Go back, where your text still is, and send "
                    "fewer or smaller files.", most=site().config.max_upload_bytes // 1_000_000),
        ),
        429: (gettext("That was too often"), gettext("Wait a minute, then try again. Nothing was stored.")),
        500: (
            gettext("Something went wrong on our side"),
            gettext("What you sent may not have been stored. Go back and try again; the reference below helps whoever looks into it."),
        ),
        503: (gettext("That does not work at the moment"), gettext("Try again in a minute.")),
    }  # fmt: skip
    return known.get(code, known[500 if code >= 500 else 400])


def page(code: int, detail: str = "", reference: str = "") -> Response:
    """The error page in the layout of its face; JSON for who asked for that, plain text for other programs."""
    title, advice = words(code)
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        told = {"status": code, "title": title, "detail": detail or advice, "reference": reference}
        return make_response(told, code)
    if request.path.startswith("/api/"):
        return Response(" ".join((f"{title}.", detail or advice, reference)).strip(), code, mimetype="text/plain")
    try:
        html = render_template(
            "errors/error.html", code=code, title=title, advice=detail or advice, reference=reference, face=face()
        )
    except Exception:  # the page about an error must not depend on what may have caused it
        if not isinstance(request.routing_exception, BadHost):  # with which no address can be made, so no page either
            logger.exception("the error page itself failed")
        html = f"<!doctype html><title>{code}</title><h1>{title}</h1><p>{advice}</p>"
    return Response(html, status=code, mimetype="text/html")
