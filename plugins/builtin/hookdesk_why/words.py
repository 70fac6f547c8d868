"""Decisions in sentences: what came of it, who decided, and what was compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Row

from hookdesk.api import clock, deadlines, site
from hookdesk_why.comparing import Compared, Wording
from hookdesk_why.names import Names


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that was asked; `url` leads to its page. `more`: how many others were, whose notes found no room; all else is empty then."""

    name: str = ""
    version: int = 0
    matched: bool = False
    outcome: str = ""
    compared: tuple[Compared, ...] = ()
    milliseconds: float = 0
    url: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody who was asked and had nothing to say."""

    plugin: str
    hook: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Step:
    """A decision as a page tells it. `outcome` is the headline, `plugin` its title, `changes` (field, before, after) in words."""

    outcome: str
    plugin: str
    reason: str
    changes: tuple[tuple[str, str, str], ...]
    compared: tuple[Compared, ...]
    rules: tuple[Rule, ...]
    hook: str
    milliseconds: float
    at: datetime
    is_bad: bool

    @property
    def who(self) -> Markup:
        """Who decided, why, and what was compared."""
        told = Markup("{}").format(f"{self.plugin}: {self.reason}" if self.reason else self.plugin)
        return told + in_lines(self.compared)

    @property
    def why(self) -> Markup:
        """The same with the rules that matched, for the macro `trace`."""
        told = self.who
        for rule in self.rules:
            if rule.matched:
                told += Markup("<br>{}").format(_("rule “%(name)s”", name=rule.name)) + in_lines(rule.compared)
        return told


def in_lines(compared: Iterable[Compared]) -> Markup:
    """Comparisons, a line each."""
    told = Markup()
    for one in compared:
        kind, word = ("yes", _("yes")) if one.result else ("no", _("no"))
        told += Markup('<br><span title="{}">{}</span> <span class="{}">{}</span>').format(
            _("It was %(value)s.", value=one.actual), one.text, kind, word
        )
    return told


def passed(hook: str, plugin: str, microseconds: int) -> Passed:
    """Who had nothing to say, in words."""
    return Passed(plugin_title(plugin), hook, microseconds / 1000)


def _rule(kept: Mapping[str, Any], wording: Wording) -> Rule:
    """A rule in words."""
    if "more" in kept:
        return Rule(more=int(kept["more"]))
    compared = tuple(map(wording.compared, kept["compared"]))
    spent = kept["microseconds"] / 1000
    url = wording.links.get(kept["ref"], "")
    return Rule(kept["name"], kept["version"], kept["matched"], kept["outcome"], compared, spent, url)


def step(row: Row[Any], names: Names, wording: Wording) -> Step:
    """A decision in words."""
    changes = tuple(
        (label(field), value(field, before, names), value(field, after, names))
        for field, (before, after) in row.changes.items()
    )
    return Step(
        outcome=headline(row, changes),
        plugin=plugin_title(row.plugin),
        reason=row.reason,
        changes=changes,
        compared=tuple(map(wording.compared, row.compared)),
        rules=tuple(_rule(item, wording) for item in row.rules),
        hook=row.hook,
        milliseconds=row.microseconds / 1000,
        at=row.created_at,
        is_bad=row.outcome in ("failed", "skipped", "reject", "rejected", "quarantine", "quarantined"),
    )


def plugin_title(slug: str) -> str:
    """A plugin's title; its slug once it is uninstalled."""
    if slug == "core":
        return "Hookdesk"
    found = site().plugins.found.get(slug)
    return str(_(found.title)) if found else slug


def headline(row: Row[Any], changes: tuple[tuple[str, str, str], ...]) -> str:
    """What came of it, in a few words."""
    if row.outcome == "changed":
        return ", ".join(f"{name} {after}" for name, _before, after in changes if name != label("fields")) or str(
            _("Changed")
        )
    if row.hook == "intake_match":
        return str(_("Belongs to a ticket"))
    known = {
        "accept": _("Accepted"),
        "quarantine": _("Kept aside"),
        "quarantined": _("Kept aside"),
        "reject": _("Turned away"),
        "rejected": _("Turned away"),
        "failed": _("Failed, and was passed over"),
        "skipped": _("Was passed over"),
        "passed": _("No rule matched"),
        "answered": {"intake_parse": _("Read"), "intake_identify": _("Sender known")}.get(row.hook, _("Answered")),
    }
    return str(known.get(row.outcome, row.outcome))


def label(field: str) -> str:
    """A field of a draft in the words of the desk."""
    known = {
        "department_id": _("Department"),
        "assignee_id": _("Assignee"),
        "team_id": _("Team"),
        "status_id": _("Status"),
        "priority_id": _("Priority"),
        "organization_id": _("Organization"),
        "user_id": _("Requester"),
        "collaborators": _("Followers"),
        "topic": _("Help topic"),
        "sla": _("SLA plan"),
        "due_at": _("Due"),
        "number": _("Number format"),
        "subject": _("Subject"),
        "channel": _("Channel"),
        "alert": _("Alert to agents"),
        "autoresponse": _("Confirmation"),
        "fields": _("Form fields"),
    }
    return str(known.get(field, field))


def value(field: str, given: Any, names: Names) -> str:
    """A value in words: the name behind an id, yes and no, a dash for nothing."""
    if given is None or given in ("", []):
        return "–"
    if isinstance(given, bool):
        return str(_("yes") if given else _("no"))
    if field == "sla":
        return deadlines.plan_label(given) or str(_("unavailable"))
    if field == "due_at":
        return str(format_datetime(clock.parse(given), "short"))
    if isinstance(given, Mapping):
        return ", ".join(f"{name}: {value(name, one, names)}" for name, one in given.items())
    if isinstance(given, list):
        return ", ".join(value(field, one, names) for one in given)
    if isinstance(given, int):
        return names.get((field, given), str(given))
    return str(given)
