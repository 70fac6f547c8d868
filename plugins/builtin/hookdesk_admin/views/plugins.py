"""Plugins: the list, one plugin's page, and the order in which hooks are asked. What changes them stands in `plugin_acts`."""

from __future__ import annotations

from flask import abort, render_template

from hookdesk.api import admin, discover, job_overview, site
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.settings import on_form
from hookdesk_admin.paging import asked, word
from hookdesk_admin.queries import plugin_detail as detail
from hookdesk_admin.queries import plugins as queries
from hookdesk_admin.words import translated

SHOWN = ("all", "on", "off", "attention")


@bp.get("/plugins", endpoint="plugins")
@admin
def list_plugins() -> str:
    """What is on, is it well, what does it cost; broken ones first."""
    text, show = asked(), word("show", SHOWN, "all")
    lines = [line for line in queries.lines() if line.matches(text)]
    groups = {
        "attention": [line for line in lines if line.needs_attention],
        "on": [line for line in lines if line.is_on and not line.needs_attention],
        "off": [line for line in lines if not line.is_on and not line.needs_attention],
    }
    counts = {"all": len(lines), "on": sum(line.is_on for line in lines), "off": sum(not line.is_on for line in lines)}
    return render_template(
        "admin/plugins.html",
        groups={name: group for name, group in groups.items() if show in ("all", name) and group},
        counts={**counts, "attention": len(groups["attention"])},
        seconds=sum(line.cost.microseconds for line in lines) / 1_000_000,
        changing=any(line.state == "changing" for line in lines),
        q=text,
        show=show,
    )


@bp.get("/plugins/order", endpoint="plugin_order")
@admin
def plugin_order() -> str:
    """In which order plugins are loaded and hooks are asked."""
    titles = {slug: translated(found.title) for slug, found in discover().items()}
    return render_template(
        "admin/order.html",
        order=[plugin.slug for plugin in site().plugins],
        titles=titles,
        depends={plugin.slug: plugin.depends for plugin in site().plugins},
        hooks=detail.order_of_hooks(),
    )


@bp.get("/plugins/<slug>", endpoint="plugin")
@admin
def plugin_page(slug: str) -> str:
    """What one plugin adds, costs and keeps; its errors and its switch."""
    known = queries.states()
    lines = {line.slug: line for line in queries.lines(known)}
    if slug not in lines:
        abort(404)
    loaded, found = site().plugins.get(slug), discover().get(slug)
    order = [plugin.slug for plugin in site().plugins]
    return render_template(
        "admin/plugin.html",
        line=lines[slug],
        found=found,
        titles={name: line.title for name, line in lines.items()},
        hooks=detail.hook_lines(slug, lines[slug].hooks),
        errors=detail.errors(slug),
        pages=detail.pages(slug),
        tables=detail.tables(slug),
        jobs=[job for job in job_overview.overview() if job.plugin == slug],
        settings=on_form(loaded.settings_type) if loaded else [],
        needs=found.declared("depends") if found else (),
        needed_by=[plugin.slug for plugin in site().plugins if slug in plugin.depends],
        place=order.index(slug) + 1 if slug in order else 0,
        total=len(order),
        changed_at=detail.last_change(slug, known),
    )
