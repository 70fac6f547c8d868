"""What keeps machines from filling in the portal's public forms: plugins' challenges, shown in a form and checked when it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from hookdesk.api import current_actor, site


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something to solve: a template of the plugin for the inside of the form with its variables, and who checks what comes back.

    `check` gets the form's fields and returns "" if all is well, else what to tell the person.
    """

    template: str
    check: Callable[[Mapping[str, str]], str]
    context: Mapping[str, Any] = field(default_factory=dict)


def snippets(form: str) -> Markup:
    """What to put into a form."""
    parts = (render_template(one.template, **one.context) for one in _asked(form))
    return Markup("").join(Markup(part) for part in parts)  # noqa: S704  # rendered by autoescaping templates


def problems(form: str) -> list[str]:
    """Why a form that was sent is not taken yet. Asked once all else about it is well, for a challenge may count once only."""
    return [problem for one in _asked(form) if (problem := one.check(request.form))]


def _asked(form: str) -> list[Challenge]:
    """The challenges of all plugins; one that fails is left out, for a broken lock must not shut everybody out."""
    from hookdesk_portal.hookspecs import PortalHooks  # which names Challenge

    return site().hooks.collect(PortalHooks.form_challenges, form=form, actor=current_actor())
