"""What the page of one plugin reads: its hooks with their place and cost, its errors, pages and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import Row, column, func, select, table

from hookdesk.api import PluginError, PluginTiming, When, first_paragraph, lifecycle, reading, site
from hookdesk_admin.queries.plugins import Cost, since

COUNTED = 10_001
MOST_ERRORS = 10
MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class HookLine:
    """One hook of a plugin: its shape, its place among the implementations (0: not loaded) and what it costs."""

    name: str
    shape: str
    doc: str
    place: int
    of: int
    cost: Cost
    at_start: bool


def hook_lines(slug: str, names: Sequence[str]) -> list[HookLine]:
    """What each hook of a plugin costs, and where it stands in the order. One query."""
    summed = [func.sum(getattr(PluginTiming, name)) for name in ("calls", "microseconds")]
    query = select(PluginTiming.hook, *summed, func.max(PluginTiming.slowest), func.sum(PluginTiming.errors))
    rows = reading().all(
        query.where(PluginTiming.plugin == slug, PluginTiming.day >= since()).group_by(PluginTiming.hook).limit(200)
    )
    costs = {row[0]: Cost(*(int(value or 0) for value in row[1:])) for row in rows}
    made = []
    for name in names:
        info, order = site().hooks.specs[name], [one.plugin for one in site().hooks.implementations(name)]
        place = order.index(slug) + 1 if slug in order else 0
        cost, at_start = costs.get(name, Cost()), info.when is When.BUILD
        made.append(HookLine(name, str(info.shape), first_paragraph(info.doc), place, len(order), cost, at_start))
    return made


def order_of_hooks() -> list[tuple[str, str, str, list[str]]]:
    """Each hook that somebody implements: name, shape, doc, slugs in the order in which they are asked."""
    hooks = site().hooks
    return [
        (name, str(info.shape), first_paragraph(info.doc), [one.plugin for one in hooks.implementations(name)])
        for name, info in sorted(hooks.specs.items())
        if hooks.implementations(name)
    ]


def errors(slug: str) -> list[Row[Any]]:
    """The last different errors of a plugin: hook, error, the newest traceback and its time, and how many times each."""
    same = (
        select(func.max(PluginError.id).label("newest"), func.count().label("times"))
        .where(PluginError.plugin == slug)
        .group_by(PluginError.hook, PluginError.error)
        .subquery()
    )
    columns = (PluginError.hook, PluginError.error, PluginError.traceback, PluginError.created_at, same.c.times)
    query = select(*columns).join(same, same.c.newest == PluginError.id).order_by(PluginError.id.desc())
    return reading().all(query.limit(MOST_ERRORS))


def pages(slug: str) -> list[str]:
    """Addresses of a plugin's pages in the running site."""
    own = (f"{slug}.", f"{slug}__")
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith(own)]
    return sorted({rule.rule for rule in rules if "GET" in (rule.methods or ())})[:MOST_PAGES]


def tables(slug: str) -> list[tuple[str, int]]:
    """A plugin's tables and how many rows each has, counted no further than 10,001. The names come from the database itself."""
    names = lifecycle.tables(slug)
    if not names:
        return []
    counts = [
        select(func.count()).select_from(
            select(column("1", is_literal=True)).select_from(table(name)).limit(COUNTED).subquery()
        )
        for name in names
    ]
    row = reading().first(select(*(count.scalar_subquery() for count in counts)))
    return list(zip(names, row or (), strict=True))


def last_change(slug: str, known: Mapping[str, Row[Any]]) -> datetime | None:
    """When a plugin was last switched."""
    return known[slug].updated_at if slug in known else None
