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
    """The panel's own pages: orders below 200 are people, 200 intake, 300 work, 400 messages, 500 plugins, 600 system."""
    seen = watched()
    people, intake, plugins, system = _("People"), _("Intake"), _("Plugins and themes"), _("System")
    return [
        _item(_("Overview"), "index", "home", "", 0),
        _item(_("Agents"), "agents", "badge", people, 100),
        _item(_("Departments"), "departments", "building", people, 110),
        _item(_("Teams"), "teams", "users", people, 120),
        _item(_("Roles"), "roles", "shield", people, 130),
        _item(_("Users"), "users", "user", people, 140),
        _item(_("Organizations"), "organizations", "door", people, 150),
        _item(_("Intake ledger"), "intake", "inbox", intake, 290),
        _item(_("Plugins"), "plugins", "plug", plugins, 500, seen.plugins),
        _item(_("Themes"), "themes", "palette", plugins, 510),
        _item(_("Settings"), "settings", "gear", system, 600),
        _item(_("Health"), "health", "heart", system, 610, len(seen.bad)),
        _item(_("Jobs"), "jobs", "layers", system, 620),
        _item(_("Deliveries"), "deliveries", "route", system, 630, seen.dead),
        _item(_("System log"), "log", "log", system, 640),
    ]


def _item(label: str, page: str, icon: str, group: str, order: int, count: int = 0) -> NavItem:
    """One link; a number behind it is something that needs somebody."""
    return NavItem(
        "admin", label, f"admin.{page}", icon=icon, group=group, order=order, permission="admin", count=count or None
    )
