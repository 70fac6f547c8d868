"""Words that plugins, themes and health checks state in English, in the reader's language where a catalogue has them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

_CHECKS = {
    "database": _l("Database"),
    "plugins": _l("Plugins"),
    "deliveries": _l("Deliveries"),
    "outbox": _l("Outbox"),
    "intake": _l("Intake"),
    "queue": _l("Queue"),
    "worker": _l("Worker"),
}


def translated(text: str) -> str:
    """A title or description; as it stands if no catalogue has it."""
    return str(_(text)) if text else ""


def check_name(name: str) -> str:
    """What a health check is called; a plugin's check is usually called like the plugin."""
    return str(_CHECKS.get(name) or translated(name[:1].upper() + name[1:]))
