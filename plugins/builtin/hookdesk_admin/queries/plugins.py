"""What the plugin pages read: state, cost and errors of each plugin, and what it adds to the running site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask_babel import format_time, ngettext
from flask_babel import gettext as _
from sqlalchemy import Row, func, select

from hookdesk.api import (
    Found,
    PluginState,
    PluginTiming,
    When,
    clock,
    discover,
    first_paragraph,
    nav,
    reading,
    site,
)
from hookdesk_admin.watch import sentence
from hookdesk_admin.words import translated

ICONS = (
    ("auth_authenticate", "key"), ("storage_backends", "db"), ("search_backends", "search"), ("intake_parse", "mail"),
    ("intake_screen", "shield"), ("ticket_filter", "filter"), ("notify_render", "bell"), ("entry_added", "mail"),
    ("template_slot", "eye"), ("ticket_actions", "ticket"), ("blueprints", "globe"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls, microseconds, the slowest call and errors since yesterday's midnight (UTC)."""

    calls: int = 0
    microseconds: int = 0
    slowest: int = 0
    errors: int = 0

    @property
    def each_ms(self) -> float:
        """What one call costs on average, in milliseconds."""
        return self.microseconds / self.calls / 1000 if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class PluginLine:
    """One plugin as the list shows it. `state` is ok, warning, error, changing or off; `said` is what is wrong, in full.

    What cannot be used but was never asked for needs no attention: it merely says so.
    """

    slug: str
    title: str
    description: str
    version: str
    source: str
    icon: str
    is_on: bool
    is_installed: bool
    state: str
    words: str
    said: str
    hooks: tuple[str, ...]
    cost: Cost
    share: float
    is_paused: bool
    is_stopped: bool
    is_required: bool
    needs_attention: bool

    def matches(self, text: str) -> bool:
        """True if name, hook or source contains the text."""
        place = " ".join((self.slug, self.title, self.description, self.source, *self.hooks)).lower()
        return text.lower() in place


def since() -> str:
    """The day that costs are counted from."""
    return (clock.now() - timedelta(days=1)).strftime("%Y-%m-%d")


def states() -> dict[str, Row[Any]]:
    """The stored state of each plugin."""
    return {row.slug: row for row in reading().all(select(*PluginState.__table__.columns))}


def lines(known: Mapping[str, Row[Any]] | None = None) -> list[PluginLine]:
    """Every plugin that is installed or was switched on: those that are on first, by title."""
    installed, known = discover(), known if known is not None else states()
    costs = _costs()
    most = max((cost.microseconds for cost in costs.values()), default=0) or 1
    slugs = set(installed) | {slug for slug, row in known.items() if row.is_enabled}
    held = _last_providers(installed, known)
    icons = _icons()
    made = []
    for slug in slugs:
        line = _line(slug, installed.get(slug), known.get(slug), costs.get(slug, Cost()), slug in held)
        share = line.cost.microseconds / most
        made.append(replace(line, icon=icons.get(slug, line.icon), share=share))
    return sorted(made, key=lambda line: (not line.is_on, line.title.lower()))


def _icons() -> dict[str, str]:
    """The icon of each plugin that has a link somewhere in desk or panel."""
    links = [*nav("desk.rail"), *nav("admin")]
    return {link.plugin: link.icon for link in reversed(links) if link.icon}


def _costs() -> dict[str, Cost]:
    """Slug → cost of what runs while people work; hooks that are asked once, when a process starts, would blur it."""
    summed = [func.sum(getattr(PluginTiming, name)) for name in ("calls", "microseconds")]
    query = select(PluginTiming.plugin, *summed, func.max(PluginTiming.slowest), func.sum(PluginTiming.errors))
    at_start = [name for name, info in site().hooks.specs.items() if info.when is When.BUILD]
    query = query.where(PluginTiming.day >= since(), PluginTiming.hook.not_in(at_start))
    rows = reading().all(query.group_by(PluginTiming.plugin))
    return {row[0]: Cost(*(int(value or 0) for value in row[1:])) for row in rows}


def _last_providers(installed: Mapping[str, Found], known: Mapping[str, Row[Any]]) -> set[str]:
    """Plugins that are the only enabled provider of a capability."""
    providers: dict[str, list[str]] = {}
    for slug, found in installed.items():
        if slug in known and known[slug].is_enabled:
            for capability in found.declared("capabilities"):
                providers.setdefault(capability, []).append(slug)
    return {slugs[0] for slugs in providers.values() if len(slugs) == 1}


def _line(slug: str, found: Found | None, row: Row[Any] | None, cost: Cost, is_required: bool) -> PluginLine:
    """One plugin."""
    is_on = bool(row and row.is_enabled)
    is_paused = bool(row and row.paused_until and row.paused_until > clock.now())
    state, words, said = _state(slug, found, row, cost, is_paused)
    hooks = hook_names(slug, found)
    return PluginLine(
        slug=slug,
        title=translated(found.title) if found else slug,
        description=translated(first_paragraph(found.description)) if found else _("Not installed any more."),
        version=found.version if found else "",
        source=_("Builtin") if found and found.is_builtin else found.distribution if found else "",
        icon=next((icon for hook, icon in ICONS if hook in hooks), "plug"),
        is_on=is_on,
        is_installed=found is not None,
        state=state,
        words=words,
        said=sentence(said),
        hooks=hooks,
        cost=cost,
        share=0.0,
        is_paused=is_paused,
        is_stopped=bool(row and row.stopped_at),
        is_required=is_required,
        needs_attention=state == "error" and (is_on or bool(row and (row.problem or row.stopped_at))),
    )


def _state(slug: str, found: Found | None, row: Row[Any] | None, cost: Cost, is_paused: bool) -> tuple[str, str, str]:
    """State, words and what is wrong in full; the worst first."""
    is_on, loaded = bool(row and row.is_enabled), site().plugins.get(slug) is not None
    if found is None:
        return (
            "error",
            _("Not installed"),
            _("It is switched on, but its code is gone. Install it again, or switch it off."),
        )
    if found.problem or not found.is_compatible:
        return "error", _("Cannot be used"), found.problem or _("It needs Hookdesk %(range)s.", range=found.core_range)
    if row is not None and row.stopped_at:
        words = _("Stopped at revision %(revision)s", revision=row.stopped_at.rpartition("..")[2])
        return "error", words, row.problem or _("A migration of its tables did not come to its end.")
    if is_on and slug in site().plugins.problems:
        return "error", _("Could not be loaded"), site().plugins.problems[slug]
    if row is not None and is_paused:
        return (
            "error",
            _("Paused until %(time)s", time=format_time(row.paused_until, "short")),
            _("It failed several times in a few minutes, so it is not asked for a while. Events wait for it."),
        )
    if row is not None and row.problem:
        return "error", _("Has a problem") if is_on else _("Was not switched on"), row.problem
    if is_on != loaded:
        return "changing", _("Being switched on") if is_on else _("Being switched off"), ""
    if not is_on:
        return "off", _("Off"), ""
    if cost.errors:
        return "warning", ngettext("%(num)s error since yesterday", "%(num)s errors since yesterday", cost.errors), ""
    return "ok", _("Healthy"), ""


def hook_names(slug: str, found: Found | None) -> tuple[str, ...]:
    """The hooks that a plugin implements: as loaded, else as its source says without being run."""
    hooks = site().hooks
    mine = tuple(name for name in hooks.specs if any(one.plugin == slug for one in hooks.implementations(name)))
    if mine or found is None:
        return mine
    return tuple(name for name in hooks.specs if found.defines(name))
