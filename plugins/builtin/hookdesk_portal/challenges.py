"""What keeps machines from filling in the portal's public forms: plugins' challenges, shown in a form and checked when it is sent."""

from __future__ import annotations

from flask import render_template, request
from markupsafe import Markup

from hookdesk.api import current_actor, site
from hookdesk_portal.hookspecs import Challenge, PortalHooks


def snippets(form: str) -> Markup:
    """What to put into a form."""
    parts = (render_template(one.template, **one.context) for one in _asked(form))
    return Markup("").join(Markup(part) for part in parts)  # noqa: S704  # rendered by autoescaping templates


def problems(form: str) -> list[str]:
    """Why a form that was sent is not taken yet. Asked once all else about it is well, for a challenge may count once only."""
    return [problem for one in _asked(form) if (problem := one.check(request.form))]


def _asked(form: str) -> list[Challenge]:
    """The challenges of all plugins; one that fails is left out, for a broken lock must not shut everybody out."""
    return site().hooks.collect(PortalHooks.form_challenges, form=form, actor=current_actor())
