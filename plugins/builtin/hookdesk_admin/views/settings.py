"""Settings: core's, and those of each enabled plugin that has some. The forms are generated from the settings classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from hookdesk.api import (
    MASK,
    CoreSettings,
    Form,
    SettingField,
    WebHooks,
    admin,
    current_actor,
    network_holds,
    parse,
    site,
)
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.settings import on_form, settings_form
from hookdesk_admin.views.editing import Answer
from hookdesk_admin.words import translated

CORE = "core"
LONGEST_SHOWN = 100
"""Defaults that are longer are brought back by a button, but not shown."""


@bp.route("/settings", methods=["GET", "POST"], endpoint="settings", defaults={"scope": CORE})
@bp.route("/settings/<scope>", methods=["GET", "POST"], endpoint="settings")
@admin
def edit_settings(scope: str) -> Answer:
    """The settings of one scope: "core" or a slug."""
    settings_type, title = _settings_of(scope)
    fields = on_form(settings_type)
    values = site().settings.form_values(scope, settings_type)
    if request.method == "POST":
        new, errors = parse(settings_type, _sent(fields))
        errors |= _locked_out(new) if scope == CORE else {}
        if not errors:
            site().settings.save(scope, settings_type, new, current_actor())
            flash(_("Saved. Every process follows within a second."), "success")
            return redirect(url_for("admin.settings", scope=scope))
        form = settings_form(fields, {**values, **_typed(fields, values)})
        _add_errors(form, fields, errors)
        return _page(scope, title, form, fields, values), 422
    form = settings_form(fields, {field.name: values[field.name] for field in fields})
    return _page(scope, title, form, fields, values)


@bp.post("/settings/<scope>/reset", endpoint="settings_reset")
@admin
def reset_setting(scope: str) -> Response:
    """Put one setting back to its default."""
    settings_type, _title = _settings_of(scope)
    field = next((field for field in on_form(settings_type) if field.name == request.form.get("name")), None)
    if field is None or field.kind == "secret":
        abort(404)
    site().settings.save(scope, settings_type, {field.name: field.default}, current_actor())
    flash(_("%(label)s has its default again.", label=field.label), "success")
    return redirect(url_for("admin.settings", scope=scope))


def _locked_out(new: Mapping[str, Any]) -> dict[str, str]:
    """Whoever lists the agents' networks must not be outside of them."""
    listed, mine = tuple(new.get("agent_networks", ())), request.remote_addr or ""
    if not listed or network_holds(listed, mine):
        return {}
    told = _("You come from %(address)s, which is in none of these: you would lock yourself out.", address=mine)
    return {"agent_networks": told}


def _settings_of(scope: str) -> tuple[type, str]:
    """The settings class of a scope and what the page is called; 404 if there is none."""
    if scope == CORE:
        return CoreSettings, _("Settings")
    plugin = site().plugins.get(scope)
    if plugin is None or not on_form(plugin.settings_type):
        abort(404)
    return plugin.settings_type, translated(plugin.title())


def _sent(fields: list[SettingField]) -> dict[str, str]:
    """What the form sent of these fields."""
    return {field.name: request.form[field.name] for field in fields if field.name in request.form}


def _typed(fields: list[SettingField], values: dict[str, Any]) -> dict[str, Any]:
    """What somebody typed, to be shown again; a secret is not, it has to be typed once more."""
    typed: dict[str, Any] = {}
    for field in fields:
        text = request.form.get(field.name, "")
        if field.kind == "boolean":
            typed[field.name] = field.read(text)
        elif field.kind == "secret":
            typed[field.name] = values[field.name]
        else:
            typed[field.name] = text[:20_000]
    return typed


def _add_errors(form: Form, fields: list[SettingField], errors: dict[str, str]) -> None:
    """Put each problem at its field, and say which secrets were not kept."""
    for name, text in errors.items():
        form[name].errors = [text]
    for field in fields:
        if field.kind == "secret" and field.name not in errors and request.form.get(field.name, MASK) not in (MASK, ""):
            form[field.name].errors = [_("Not saved yet: type it again.")]


def _page(scope: str, title: str, form: Form, fields: list[SettingField], values: dict[str, Any]) -> str:
    """The page of one scope, with links to the others."""
    changed = {
        field.name for field in fields if field.kind != "secret" and _plain(values[field.name]) != _plain(field.default)
    }
    return render_template(
        "admin/settings.html",
        scope=scope,
        title=title,
        form=form,
        fields=fields,
        changed=changed,
        shown=shown_default,
        scopes=_scopes(scope),
    )


def _plain(value: Any) -> Any:
    """Lists and tuples compare alike."""
    return tuple(value) if isinstance(value, list | tuple) else value


def shown_default(field: SettingField) -> str:
    """A default in words."""
    if field.kind == "secret":
        return ""
    if field.kind == "boolean":
        return str(_("on") if field.default else _("off"))
    if field.kind == "choice":
        return dict(field.choices).get(str(field.default), str(field.default))
    if field.kind == "list":
        return ", ".join(field.default) or str(_("empty"))
    text = str(field.default)
    return "" if "\n" in text or len(text) > LONGEST_SHOWN else text or str(_("empty"))


def _scopes(current: str) -> list[dict[str, Any]]:
    """Links to core's settings, to those of plugins, and to pages of settings that plugins bring."""
    links = [{"label": _("Helpdesk"), "url": url_for("admin.settings"), "active": current == CORE}]
    for plugin in sorted(site().plugins, key=lambda one: translated(one.title()).lower()):
        if on_form(plugin.settings_type):
            url = url_for("admin.settings", scope=plugin.slug)
            links.append({"label": translated(plugin.title()), "url": url, "active": current == plugin.slug})
    for slug, page in site().hooks.attributed(WebHooks.settings_pages):
        try:
            links.append({"label": page.label, "url": url_for(page.endpoint), "active": False})
        except BuildError as error:
            site().hooks.recorder.failed(slug, "settings_pages", error)
    return links
