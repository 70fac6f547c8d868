"""The addresses, with and without osTicket's `http.php`."""

from __future__ import annotations

from flask import Response, jsonify

from hookdesk.api import clock, job_overview, limiter, program, public
from hookdesk_api_osticket import answering, limits, openapi, taking_in
from hookdesk_api_osticket.blueprint import bp
from hookdesk_api_osticket.keys import Key
from hookdesk_api_osticket.problems import ApiProblem
from hookdesk_api_osticket.taking_in import Answer

counted = limiter.shared_limit(limits.rate, scope="api_osticket", key_func=limits.whose)
bp.register_error_handler(429, limits.too_many)
bp.after_request(limits.tell)


@bp.post("/api/http.php/tickets.<kind>")
@bp.post("/api/tickets.<kind>")
@program
@counted
def create(kind: str) -> Response:
    """Make a ticket."""

    def work(key: Key, body: bytes, dedupe: str) -> Answer:
        if kind == "email":
            return taking_in.mail(key, body, dedupe)
        if kind not in taking_in.READERS:
            raise ApiProblem(415, "Unsupported data format")
        return taking_in.ticket(key, kind, body, dedupe)

    return answering.answer("tickets", f"tickets.{kind[:20]}", work)


@bp.post("/api/http.php/tasks/cron")
@bp.post("/api/tasks/cron")
@program
@counted
def cron() -> Response:
    """Wake the jobs that are due. They run anyway; this is for those who called osTicket's cron by its API."""

    def work(_key: Key, _body: bytes, _dedupe: str) -> Answer:
        now = clock.now()
        for job in job_overview.overview():
            if job.due_at is not None and job.due_at <= now:
                job_overview.run_now(job.name)
        return Answer(200, "Completed")

    return answering.answer("cron", "tasks/cron", work)


@bp.get("/api/openapi.json")
@public
def document() -> Response:
    """What programs may ask for. It holds nothing that is not in the source, so anybody may read it."""
    return jsonify(openapi.document())
