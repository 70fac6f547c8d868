"""What an admin can set."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hookdesk.api import FilteringHooks, NumberFormat, setting, site

COUNTER = "task_number"
USUAL = "T-####"


def number_format(wanted: str) -> NumberFormat | None:
    """A format by its pattern, or by the name that the plugin for number formats knows it by; None if it is neither."""
    if "#" in wanted:
        try:
            return NumberFormat(wanted, COUNTER, start=1)
        except ValueError:
            return None
    for ref, label in site().hooks.collect(FilteringHooks.number_choices):
        if wanted and (label == wanted or label.startswith(f"{wanted} (")):
            return site().hooks.first(FilteringHooks.number_format, ref=ref)
    return None


def _problem(wanted: str) -> str:
    """What is wrong with what was typed."""
    return "" if number_format(wanted) else str(gettext("This is neither a pattern nor the name of a number format."))


@dataclass(frozen=True)
class Settings:
    """Settings of tasks as a whole."""

    number_pattern: str = setting(
        USUAL,
        label=_("Numbers"),
        help=_("A pattern in which each # stands for a digit, or the name of one of your number formats."),
        check=_problem,
    )
    tell_assigned: bool = setting(
        True,
        label=_("Mail about assigned tasks"),
        help=_("Whoever a task is given to is told, and so are the members of a team."),
    )
    tell_overdue: bool = setting(
        True,
        label=_("Mail about overdue tasks"),
        help=_(
            "Whoever has a task is told once when its date has passed; while nobody has it, its department's manager."
        ),
    )
    tell_closed: bool = setting(
        False,
        label=_("Mail about closed tasks"),
        help=_("Whoever has the ticket of a task is told when the task is closed."),
    )


def current() -> Settings:
    """The settings as they are now."""
    return site().settings.get("tasks", Settings)
