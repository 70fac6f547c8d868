"""The links of the panel, grouped as an administrator thinks. Other plugins add theirs to the same groups by name and order."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from hookdesk.api import NavItem
from hookdesk_admin.watch import watched


def rail() -> Sequence[NavItem]:
    """The gear at the end of the rail, with a dot while something is wrong."""
    seen = watched()
    count = 1 if seen.bad or seen.plugins else None
    item = NavItem("desk.rail", _("Admin panel"), "admin.index", icon="gear", group="end", order=900, count=count)
    return [item]


def sidebar() -> Sequence[NavItem]:
    """The panel's own pages. A number behind one is how much needs somebody."""
    seen = watched()
    people, intake, plugins, system = "People", "Intake", "Plugins and themes", "System"
    return [
        _item(_("Overview"), "index", "home", "", 0),
        _item(_("Agents"), "agents", "badge", people, 10),
        _item(_("Departments"), "departments", "building", people, 20),
        _item(_("Teams"), "teams", "users", people, 30),
        _item(_("Roles"), "roles", "shield", people, 40),
        _item(_("Users"), "users", "user", people, 50),
        _item(_("Organizations"), "organizations", "door", people, 60),
        _item(_("Intake ledger"), "intake", "inbox", intake, 90),
        _item(_("Plugins"), "plugins", "plug", plugins, 10, seen.plugins),
        _item(_("Themes"), "themes", "palette", plugins, 20),
        _item(_("Settings"), "settings", "gear", system, 10),
        _item(_("Health"), "health", "heart", system, 20, len(seen.bad)),
        _item(_("Jobs"), "jobs", "layers", system, 30),
        _item(_("Deliveries"), "deliveries", "route", system, 40, seen.dead),
        _item(_("System log"), "log", "log", system, 50),
    ]


def _item(label: str, page: str, icon: str, group: str, order: int, count: int = 0) -> NavItem:
    """One link; a number behind it is something that needs somebody."""
    return NavItem(
        "admin", label, f"admin.{page}", icon=icon, group=group, order=order, permission="admin", count=count or None
    )
