"""What an administrator should know on every page: found at most each 30 seconds in a process, for it costs some queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import cast

from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from hookdesk.api import Delivery, Health, PluginState, clock, health_report, reading, site
from hookdesk_admin.forms.settings import on_form
from hookdesk_admin.words import check_name

FRESH_S = 30.0
COUNTED = 100
_KEY = "admin.watch"


@dataclass(frozen=True, slots=True)
class Watched:
    """All health checks, each with its plugin's slug; how many plugins need attention; how many deliveries are dead (101: over 100)."""

    checks: tuple[tuple[str, Health], ...]
    plugins: int
    dead: int

    @property
    def bad(self) -> list[tuple[str, Health]]:
        """The checks that are not all right."""
        return [(slug, check) for slug, check in self.checks if check.state != "ok"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence about what is wrong, and where to go about it."""

    state: str
    text: str
    url: str
    action: str


def watched() -> Watched:
    """What was found last, or is found now."""
    known = cast("dict[str, tuple[float, Watched]]", site().extra.setdefault(_KEY, {}))
    language = str(get_locale())  # checks state their details in the language of whoever asks
    if language not in known or monotonic() - known[language][0] > FRESH_S:
        known[language] = (monotonic(), _look())
    return known[language][1]


def forget() -> None:
    """Look again at the next ask: an administrator has just done something about it."""
    site().extra.pop(_KEY, None)


def _look() -> Watched:
    """Ask the checks and the tables."""
    bad = or_(PluginState.stopped_at != "", PluginState.problem != "", PluginState.paused_until > clock.now())
    letters = select(Delivery.id).where(Delivery.state == "dead").limit(COUNTED + 1).subquery()
    dead = select(func.count()).select_from(letters).scalar_subquery()
    rows = reading().all(select(PluginState.slug, bad.label("is_bad"), dead.label("dead")))
    slugs = {row.slug for row in rows if row.is_bad} | set(site().plugins.problems)
    return Watched(tuple(health_report()), len(slugs), rows[0].dead if rows else 0)


def notices() -> list[Notice]:
    """The checks that are not all right, in sentences, errors first."""
    return sorted((notice(slug, check) for slug, check in watched().bad), key=lambda one: one.state != "error")


def notice(slug: str, check: Health) -> Notice:
    """One check in a sentence, with the page that helps: for a plugin's check its settings, else the plugin's page."""
    told = _WORDS.get(check.name) if slug == "core" else None
    if told is not None:
        words, endpoint, action = told()
        return Notice(check.state, f"{words} {sentence(check.detail)}".strip(), url_for(endpoint), action)
    text = f"{check_name(check.name)}: {sentence(check.detail)}"
    plugin = site().plugins.get(slug)
    if plugin is not None and _has_settings(plugin.settings_type):
        return Notice(check.state, text, url_for("admin.settings", scope=slug), _("Open its settings"))
    if slug == "core":
        return Notice(check.state, text, url_for("admin.health"), _("Open health"))
    return Notice(check.state, text, url_for("admin.plugin", slug=slug), _("Open the plugin"))


@cache
def _has_settings(settings_type: type) -> bool:
    """True if a plugin has settings that a form can show."""
    return bool(on_form(settings_type))


def sentence(detail: str) -> str:
    """A text as a sentence: with a capital and a full stop. One that is translated when it is read is read once."""
    detail = str(detail)
    text = detail[:1].upper() + detail[1:]
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


_WORDS: dict[str, Callable[[], tuple[str, str, str]]] = {
    "database": lambda: (_("The database does not answer."), "admin.health", _("Open health")),
    "plugins": lambda: (_("A plugin that is switched on could not be loaded."), "admin.plugins", _("Open plugins")),
    "deliveries": lambda: (
        _("Some events did not reach their plugin and are kept."),
        "admin.deliveries",
        _("Open deliveries"),
    ),
    "outbox": lambda: (_("Events wait to be handed on."), "admin.jobs", _("Open jobs")),
    "intake": lambda: (_("Messages wait to be processed."), "admin.jobs", _("Open jobs")),
    "queue": lambda: (_("Jobs are found by looking, which is slower."), "admin.health", _("Open health")),
    "worker": lambda: (_("No worker is running, so mail and alerts wait."), "admin.health", _("Open health")),
}
