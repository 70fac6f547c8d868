"""What agents can be told of: the rows of the alerts page. Those that a new site tells are osTicket's, where nothing speaks against it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hookdesk.api import AlertKind, NotificationHooks, site

_EVERYBODY = (
    "assignee", "team", "team_lead", "department", "manager", "account_manager", "last_respondent", "referred", "admins",
)  # fmt: skip
ALERTS = (
    AlertKind(
        "new_ticket", _l("New ticket"), _l("A new ticket has come in."),
        ("assignee", "team", "team_lead", "department", "manager", "account_manager", "admins"),
        ("assignee", "team", "department", "account_manager"), "new_ticket_alert",
    ),
    AlertKind(
        "message", _l("New message of a participant"), _l("%(author)s wrote on a ticket of yours."), _EVERYBODY,
        ("assignee", "team", "department", "last_respondent"), "message_alert",
    ),
    AlertKind(
        "activity", _l("New reply or internal note of another agent"), _l("%(author)s worked on a ticket of yours."), _EVERYBODY, (),
        "activity_alert",
    ),
    AlertKind(
        "assigned", _l("Assignment"), _l("A ticket was assigned to you."), ("assignee", "team", "team_lead"), ("assignee", "team"),
        "assigned_alert",
    ),
    AlertKind(
        "transferred", _l("Transfer"), _l("A ticket was moved to another department."), _EVERYBODY, (), "transferred_alert",
    ),
    AlertKind("due_soon", _l("Due soon"), _l("A ticket of yours is due soon."), _EVERYBODY, ("assignee", "team"), "due_soon_alert"),
    AlertKind(
        "overdue", _l("Overdue"), _l("A ticket of yours is overdue."), _EVERYBODY, ("assignee", "team", "department", "manager"),
        "overdue_alert",
    ),
    AlertKind(
        "delivery_failed", _l("Mail that came back"), _l("Your mail did not reach everybody. The ticket says whom, and why."),
        ("named", "assignee"), ("named",),
    ),
)  # fmt: skip


def alerts() -> dict[str, AlertKind]:
    """Every kind by its name: the own ones, then those of plugins."""
    found = {kind.name: kind for kind in ALERTS}
    for kind in site().hooks.collect(NotificationHooks.alert_kinds):
        found.setdefault(kind.name, kind)
    return found
