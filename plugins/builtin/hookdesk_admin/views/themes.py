"""Themes: what is installed, and which one every page uses."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import CoreSettings, admin, current_actor, discover_themes, site
from hookdesk_admin.blueprint import bp
from hookdesk_admin.words import translated


@bp.get("/themes", endpoint="themes")
@admin
def list_themes() -> str:
    """Every installed theme."""
    found = discover_themes()
    chosen = site().settings.get("core", CoreSettings).default_theme
    return render_template(
        "admin/themes.html",
        themes=sorted(found.values(), key=lambda theme: (theme.name != chosen, theme.title)),
        titles={name: translated(theme.title) for name, theme in found.items()},
        descriptions={name: translated(theme.description) for name, theme in found.items()},
        active=chosen if chosen in found else "default",
        missing="" if chosen in found else chosen,
    )


@bp.post("/themes", endpoint="theme_choose")
@admin
def choose_theme() -> Response:
    """Use a theme from the next request on."""
    theme = discover_themes().get(request.form.get("theme", ""))
    if theme is None:
        abort(404)
    site().settings.save("core", CoreSettings, {"default_theme": theme.name}, current_actor())
    flash(_("%(name)s is the theme of all pages now.", name=translated(theme.title)), "success")
    return redirect(url_for("admin.themes"))
