"""Which checklists new tickets of a help topic get, on the topic's page."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import FilteringHooks, NotFound, admin, current_actor, site
from hookdesk_tasks import checklists
from hookdesk_tasks.views.blueprint import panel


def context(ref: str) -> dict[str, Any]:
    """What the section shows."""
    return {"lists": list(checklists.kept().values()), "chosen": checklists.of_topic(ref), "ref": ref}


@panel.post("/admin/checklists/topics/<ref>", endpoint="topic")
@admin
def save(ref: str) -> Response:
    """Store the choice (`checklist`: ids)."""
    label = site().hooks.first(FilteringHooks.topic_label, ref=ref)
    if label is None:
        raise NotFound("no such topic")
    wanted = [
        int(text) for text in request.form.getlist("checklist") if text.isascii() and text.isdigit() and len(text) < 19
    ]
    checklists.set_topic(current_actor(), ref, label, wanted)
    flash(_("Saved."), "success")
    return redirect(_page_of(ref))


def _page_of(ref: str) -> str:
    """The topic's page, where the plugin of topics is the one of the box."""
    number = ref.removeprefix("topics:")
    if "topics.edit" in current_app.view_functions and number.isdecimal():
        return url_for("topics.edit", topic_id=int(number), _anchor="checklists")
    return url_for("tasks__admin.checklists")
