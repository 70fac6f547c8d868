"""Who is told of what, as the administrator has set it. What is stored is the difference from the kinds' own defaults."""

from __future__ import annotations

from collections.abc import Collection

from hookdesk.api import Actor, AlertKind, site
from hookdesk_email_out.audiences import LABELS
from hookdesk_email_out.kinds import alerts
from hookdesk_email_out.settings import Settings


def cell(kind: str, audience: str) -> str:
    """A place in the matrix, as forms and settings name it."""
    return f"{kind}:{audience}"


def told(settings: Settings, kind: AlertKind) -> list[str]:
    """The audiences that are told of this, in the order of the page."""
    return [name for name in LABELS if _is_told(settings, kind, name)]


def _is_told(settings: Settings, kind: AlertKind, audience: str) -> bool:
    """One place."""
    place = cell(kind.name, audience)
    if audience not in kind.audiences or place in settings.told_fewer:
        return False
    return audience in kind.told or place in settings.told_more


def save(actor: Actor, settings: Settings, chosen: Collection[str], **switches: bool) -> None:
    """Store which places are ticked, and the switches beside them. What is set for plugins that are off at the moment is kept."""
    kinds = alerts()
    places = [
        (cell(kind.name, audience), audience in kind.told) for kind in kinds.values() for audience in kind.audiences
    ]
    known = {place for place, _ in places}
    more = [place for place, is_default in places if place in chosen and not is_default]
    fewer = [place for place, is_default in places if place not in chosen and is_default]
    values = {
        "told_more": [*more, *(place for place in settings.told_more if place not in known)],
        "told_fewer": [*fewer, *(place for place in settings.told_fewer if place not in known)],
    }
    site().settings.save("email_out", Settings, {**values, **switches}, actor)
