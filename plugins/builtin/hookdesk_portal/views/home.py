"""The first page: two doors."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template

from hookdesk.api import CoreSettings, FilteringHooks, TopicChoice, current_actor, public, site
from hookdesk_portal.views.blueprint import bp, promise


@bp.get("/")
@public
def home() -> str:
    """Open a ticket, check a ticket, and the topics that a ticket can have."""
    actor = current_actor()
    return render_template(
        "portal/home.html",
        actor=actor,
        groups=_grouped(site().hooks.collect(FilteringHooks.topic_choices, actor=actor)),
        intro=site().settings.get("core", CoreSettings).portal_intro,
        promise=promise(),
    )


def _grouped(choices: Sequence[TopicChoice]) -> list[tuple[TopicChoice, list[TopicChoice]]]:
    """Each topic of the first level with all that lie below it."""
    groups: dict[str, tuple[TopicChoice, list[TopicChoice]]] = {}
    for choice in choices:
        if len(choice.path) == 1:
            groups[choice.path[0]] = (choice, [])
        elif choice.path[0] in groups:
            groups[choice.path[0]][1].append(choice)
    return list(groups.values())
