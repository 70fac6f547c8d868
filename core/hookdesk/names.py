"""Names that a new site's statuses and priorities have. They are stored in English and shown in the reader's language; whoever renames one
has it as written."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

_NAMES = {
    "Open": _l("Open"), "Waiting for requester": _l("Waiting for requester"), "Solved": _l("Solved"), "Closed": _l("Closed"),
    "Low": _l("Low"), "Normal": _l("Normal"), "High": _l("High"), "Emergency": _l("Emergency"),
}  # fmt: skip


def shown_name(name: str) -> str:
    """The name of a status or priority as this reader sees it."""
    return str(_NAMES.get(name, name))
