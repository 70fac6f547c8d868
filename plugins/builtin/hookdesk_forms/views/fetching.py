"""What pages fetch by themselves: files that were filled in, names of a long list."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from sqlalchemy import Row, select

from hookdesk.api import (
    Actor,
    FilteringHooks,
    NotFound,
    StoredFile,
    access_ticket,
    access_user,
    agent,
    current_actor,
    limiter,
    public,
    reading,
    requester,
    site,
    stored_file,
)
from hookdesk_forms import catalogue
from hookdesk_forms.kinds import Spec, all_kinds
from hookdesk_forms.kinds.lists import search
from hookdesk_forms.models import Field, Value
from hookdesk_forms.values import Answer
from hookdesk_forms.views import owners
from hookdesk_forms.views.blueprint import bp


@bp.get("/forms/files/<int:value_id>/<name>")
@requester
def file(value_id: int, name: str) -> Response:
    """A file that was filled in, for requesters who may see that. `name` is for people and not looked at."""
    return _file(value_id)


@bp.get("/agent/forms/files/<int:value_id>/<name>")
@agent()
def agent_file(value_id: int, name: str) -> Response:
    """The same for agents."""
    return _file(value_id)


def _file(value_id: int) -> Response:
    """The file, if whoever asks may see what was filled in there."""
    row = reading().first(
        select(Value.ticket_id, Value.user_id, Value.task_id, Value.data, Field.id.label("field_id"))
        .join(Field, Field.id == Value.field_id)
        .where(Value.id == min(value_id, 2**63 - 1), Value.data.is_not(None))
    )
    spec = catalogue.field_by_id(row.field_id) if row else None
    if row is None or spec is None or not _may_see(current_actor(), spec, row):
        raise NotFound("no such file")
    parts = {part: row.data[part] for part in ("filename", "content_type", "size", "sha256", "storage")}
    return stored_file(StoredFile(**parts))


def _may_see(actor: Actor, spec: Spec, row: Row[Any]) -> bool:
    """Whether somebody may see what was filled in there.

    Raises:
        NotFound: the ticket or the user is not for them to know of.
    """
    kind = all_kinds().get(spec.kind)
    if kind is None or not Answer(spec, kind, ()).is_seen_by(actor):
        return False
    if row.ticket_id is not None:
        access_ticket(actor, row.ticket_id)
        return True
    if row.task_id is not None:
        return owners.known_task(actor, row.task_id, "task.view") is not None
    if not actor.is_agent:
        return row.user_id is not None and row.user_id == actor.user_id
    if row.user_id is not None:
        access_user(actor, row.user_id)
    return actor.may("user.directory")


@bp.get("/forms/items/<int:field_id>")
@public
@limiter.limit("240 per minute")
def items(field_id: int) -> Response:
    """At most twenty names of a field's list that fit `?q=`, for a form that anybody may fill in."""
    return _names(field_id)


@bp.get("/agent/forms/items/<int:field_id>")
@agent()
def agent_items(field_id: int) -> Response:
    """The same for agents."""
    return _names(field_id)


def _names(field_id: int) -> Response:
    """The names, if whoever asks may fill the field in."""
    spec, actor = catalogue.field_by_id(min(field_id, 2**63 - 1)), current_actor()
    level = spec.level(actor.is_agent) if spec else "hidden"
    if spec is None or spec.kind != "list" or spec.is_archived or level not in ("open", "required"):
        raise NotFound("no such list")
    if not actor.is_agent and not _is_asked(actor, spec):
        raise NotFound("no form asks for it")
    text = request.args.get("q", "").strip()[:100]
    return jsonify(search(spec, text) if text else [])


def _is_asked(actor: Actor, spec: Spec) -> bool:
    """Whether a form asks a requester for that: a stranger those of topics on offer, who is known also those of a ticket that they have."""
    if spec.about == "ticket" and actor.user_id is None:
        offered = site().hooks.collect(FilteringHooks.topic_choices, actor=actor)
        topics = {choice.ref for choice in offered}
    else:
        topics = set(catalogue.whole().by_topic)
    forms = [form for topic in ("", *topics) for form in catalogue.forms_of(spec.about, topic)]
    return spec.about in ("ticket", "user") and any(one.id == spec.id for form in forms for one in form.fields)
