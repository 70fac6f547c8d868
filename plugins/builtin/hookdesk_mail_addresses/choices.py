"""What the form of an address offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from hookdesk.api import Department, FilteringHooks, Priority, reading, shown_name, site, system
from hookdesk_mail_addresses.forms import AddressForm

MOST = 500


def fill(form: AddressForm, now: Mapping[str, Any]) -> None:
    """Give each menu its choices. What the address has now stays among them, whatever has become of it."""
    form.department_id.choices = [
        ("", _("The default one")),
        *_pairs(Department, Department.name, now.get("department_id")),
    ]
    form.priority_id.choices = [
        ("", _("The default one")),
        *_pairs(Priority, Priority.rank.desc(), now.get("priority_id")),
    ]
    form.spoofed.choices = [
        ("show", _("Take the mail, and show it")),
        ("quarantine", _("Keep the mail aside")),
        ("reject", _("Turn the mail away")),
    ]
    form.collaborators.choices = [
        ("off", _("Nobody")),
        ("participants", _("If the sender takes part in the ticket")),
        ("all", _("Always")),
    ]
    offered = topics()
    held = now.get("topic")
    if held and held not in dict(offered):
        offered.append((held, _("Unavailable")))
    form.topic.choices = [("", _("None, or the default one")), *offered]


def topics() -> list[tuple[str, str]]:
    """Reference and path of each topic in use."""
    found = site().hooks.collect(FilteringHooks.topic_choices, actor=system("mail_addresses"))
    return [(choice.ref, choice.label) for choice in found]


def _pairs(model: Any, order: Any, also: int | None) -> Sequence[Any]:
    """Id and name of what is in use, and of the one that is chosen."""
    asked = select(model.id, model.name).where(or_(model.is_active, model.id == also))
    return [(row.id, shown_name(row.name)) for row in reading().all(asked.order_by(order, model.name).limit(MOST))]
