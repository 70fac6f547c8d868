"""Topics to begin with, in general words that an admin makes their own."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Priority, reading, system
from hookdesk_topics import services, tree


def first_topics() -> None:
    """Store some topics, if there are none."""
    if tree.nodes():
        return
    broken = _add(_("Something does not work"), _("Say what you did, what you expected and what happened instead."))
    _add(_("I cannot sign in"), _("Say which address or name you use and what the page answers."), broken, "high")
    _add(_("Order or invoice"), _("Have the number of the order or invoice at hand."))
    _add(_("Idea or praise"), _("Tell us what you would like, and what for."), priority="low")
    _add(_("Something else"), "")


def _add(name: str, intro: str, above: int | None = None, priority: str = "") -> int:
    """One public topic in the default department; its id."""
    priority_id = reading().scalar(select(Priority.id).where(Priority.key == priority)) if priority else None
    return services.save(system(), services.Values(name, above, priority_id=priority_id, intro=intro))
