"""What changes plugins: switch, order, purge, undo a half-applied migration, end a pause. Each is a POST that answers in words."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from hookdesk.api import admin, current_actor, discover, lifecycle
from hookdesk_admin import watch
from hookdesk_admin.blueprint import bp
from hookdesk_admin.queries import plugin_detail as detail
from hookdesk_admin.queries import plugins as queries
from hookdesk_admin.views.editing import Answer, confirm, is_confirmed
from hookdesk_admin.words import translated


@bp.post("/plugins/<slug>/switch", endpoint="plugin_switch")
@admin
def switch(slug: str) -> Answer:
    """Switch a plugin on (it is checked first, which takes some seconds) or off (asked once if others go with it)."""
    title = _title(slug)
    if request.form.get("enabled") == "1":
        return _told(slug, lifecycle.enable(slug, current_actor()), _("%(name)s is on.", name=title))
    others = lifecycle.dependents_of(slug)
    if others and not is_confirmed():
        names = [_title(other) for other in others]
        return confirm(
            _("Switch %(name)s off?", name=title),
            ngettext(
                "Another plugin depends on it and goes off too:",
                "Other plugins depend on it and go off too:",
                len(names),
            ),
            _("Switch them all off"),
            url_for("admin.plugin", slug=slug),
            facts=names,
            hidden=[("enabled", "0")],
        )
    problem = lifecycle.disable(slug, current_actor(), cascade=bool(others))
    return _told(slug, problem, _("%(name)s is off. What it has stored is kept.", name=title))


@bp.post("/plugins/<slug>/move", endpoint="plugin_move")
@admin
def move(slug: str) -> Response:
    """One step up or down in the order."""
    step = -1 if request.form.get("step") == "up" else 1
    if lifecycle.move(slug, step, current_actor()):
        flash(_("The order was changed."), "success")
    else:
        flash(
            _("%(name)s stays where it is: it is at the end, or what it depends on goes first.", name=_title(slug)),
            "info",
        )
    return redirect(url_for("admin.plugin_order"))


@bp.post("/plugins/<slug>/undo", endpoint="plugin_undo")
@admin
def undo(slug: str) -> Answer:
    """Take back what a migration that stopped half-way had done."""
    problem = lifecycle.undo(slug, current_actor())
    return _told(
        slug, problem, _("The half-applied migration of %(name)s was taken back; it is off.", name=_title(slug))
    )


@bp.post("/plugins/<slug>/resume", endpoint="plugin_resume")
@admin
def resume(slug: str) -> Answer:
    """End a pause."""
    lifecycle.resume(slug, current_actor())
    return _told(slug, "", _("%(name)s is asked again from now on.", name=_title(slug)))


@bp.route("/plugins/<slug>/purge", methods=["GET", "POST"], endpoint="plugin_purge")
@admin
def purge(slug: str) -> Answer:
    """Remove all that a plugin has kept: asked once, with what goes."""
    title, page = _title(slug), url_for("admin.plugin", slug=slug)
    if is_confirmed():
        problem = lifecycle.purge(slug, current_actor())
        return _told(slug, problem, _("All that %(name)s had kept is gone.", name=title))
    if lifecycle.is_on(slug):
        return confirm(
            _("Purge %(name)s?", name=title),
            _("It is switched on. Switch it off first; nothing was removed."),
            "",
            page,
        )
    facts = [
        ngettext("The table %(name)s with %(num)s row", "The table %(name)s with %(num)s rows", rows, name=name)
        for name, rows in detail.tables(slug)
    ]
    facts += [
        _("Its settings, secrets included"),
        _("Its files in the instance"),
        _("Its errors, costs and undelivered events"),
    ]
    text = _("This removes for good what the plugin has stored. The plugin itself stays installed. What goes:")
    return confirm(_("Purge %(name)s?", name=title), text, _("Purge it"), page, facts=facts)


def _title(slug: str) -> str:
    """What a plugin is called; 404 if it neither is installed nor was ever switched on."""
    found = discover().get(slug)
    if found is None and slug not in queries.states():
        abort(404)
    return translated(found.title) if found else slug


def _told(slug: str, problem: str, success: str) -> Answer:
    """Back to the plugin's page with what happened; a refusal stands there in full."""
    watch.forget()
    if problem:
        page = url_for("admin.plugin", slug=slug)
        return render_template("admin/refused.html", name=_title(slug), problem=problem, back=page), 409
    flash(success, "success")
    to_list = request.form.get("from") == "list"
    return redirect(url_for("admin.plugins") if to_list else url_for("admin.plugin", slug=slug))
