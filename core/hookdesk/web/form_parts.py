"""What plugins add to the forms for a new ticket: shown, judged, and handed on with the message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup

from hookdesk.hookspecs import WebHooks
from hookdesk.site import site
from hookdesk.types.actors import Actor
from hookdesk.types.web import FormPart


@dataclass(frozen=True, slots=True)
class FormParts:
    """All parts as one; see `FormPart`."""

    html: Markup
    problems: tuple[tuple[str, str, str], ...]
    fields: Mapping[str, Any]
    files: tuple[str, ...]


def form_parts(actor: Actor, topic: str, stage: str = "shown") -> FormParts:
    """The parts for a topic; see the hook `ticket_form_parts`. One that cannot be shown is left out and counts as its plugin's error."""
    found = site().hooks.attributed(WebHooks.ticket_form_parts, actor=actor, topic=topic, stage=stage)
    html: list[Markup] = []
    shown: list[FormPart] = []
    for plugin, part in sorted(found, key=lambda pair: pair[1].order):
        try:
            html.append(Markup(render_template(part.template, **part.context)))  # noqa: S704  # autoescaped by the template that made it
        except Exception as error:  # any failure in a plugin's template is that plugin's; the page goes on
            site().hooks.recorder.failed(plugin, "ticket_form_parts", error)
            continue
        shown.append(part)
    return FormParts(
        Markup("").join(html),
        tuple(problem for part in shown for problem in part.problems),
        {name: value for part in shown for name, value in part.fields.items()},
        tuple(sha256 for part in shown for sha256 in part.files),
    )
