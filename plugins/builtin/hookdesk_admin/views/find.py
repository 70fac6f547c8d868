"""Find a page, a setting or a plugin by a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask_babel import gettext as _

from hookdesk.api import CoreSettings, admin, discover, first_paragraph, nav, site
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.settings import on_form
from hookdesk_admin.paging import asked
from hookdesk_admin.views.editing import Answer
from hookdesk_admin.words import translated

MOST = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: its kind in words, what it is called, what it is for, where it is."""

    kind: str
    label: str
    text: str
    url: str


@bp.get("/find", endpoint="find")
@admin
def find() -> Answer:
    """What contains the words; the only hit is opened at once."""
    words = asked().lower().split()
    hits = (
        [hit for hit in _all() if all(word in f"{hit.label} {hit.text}".lower() for word in words)][:MOST]
        if words
        else []
    )
    if len(hits) == 1:
        return redirect(hits[0].url)
    return render_template("admin/find.html", q=asked(), hits=hits)


def _all() -> Iterator[Hit]:
    """Pages of the navigation, settings, plugins."""
    for item in nav("admin"):
        yield Hit(_("Page"), item.label, item.group, item.url)
    for scope, title, settings_type in _settings():
        for field in on_form(settings_type):
            url = url_for("admin.settings", scope=scope, _anchor=field.name)
            yield Hit(_("Setting of %(name)s", name=title), field.label, field.help, url)
    for slug, found in discover().items():
        yield Hit(
            _("Plugin"),
            translated(found.title),
            f"{slug}: {translated(first_paragraph(found.description))}",
            url_for("admin.plugin", slug=slug),
        )


def _settings() -> Iterator[tuple[str, str, type]]:
    """Scope, title and class of everything that has settings."""
    yield "core", _("Helpdesk"), CoreSettings
    for plugin in site().plugins:
        yield plugin.slug, translated(plugin.title()), plugin.settings_type
