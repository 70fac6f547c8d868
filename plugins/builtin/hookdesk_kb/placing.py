"""What this plugin adds to others' pages: no statement of the database, but for the portal's first page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import Actor, SlotContent
from hookdesk_kb import access, related, settings
from hookdesk_kb.views.blueprint import article_url
from hookdesk_kb.views.portal import sections

MOST_SECTIONS = 6
PORTAL = ("portal.hero", "portal.home", "portal.subject", "portal.open")
SLOTS = (*PORTAL, "ticket.composer", "ticket.entry")


def content(slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
    """Content for a slot."""
    if slot in PORTAL:
        return _on_portal(slot, access.library(actor))
    if slot == "ticket.composer" and actor.is_agent:
        return [SlotContent("kb/insert.html", {"mode": args["mode"]})]
    if slot == "ticket.entry" and actor.may(access.MANAGE):
        return [SlotContent("kb/from_entry.html", {"entry": args["entry"]}, order=60)]
    return []


def _on_portal(slot: str, mine: access.Library) -> Sequence[SlotContent]:
    """Nothing while there is nothing to read."""
    if not mine.articles:
        return []
    if slot in ("portal.subject", "portal.open"):
        template = "kb/subject.html" if slot == "portal.subject" else "kb/dialog.html"
        return [SlotContent(template)] if settings.current().suggests else []
    if slot == "portal.hero":
        first = related.featured(mine, 3)
        asked = [*first, *related.popular(mine, 3, first)][:3]
        return [SlotContent("kb/hero.html", {"asked": [(item.said(), article_url(item)) for item in asked]})]
    found = {"sections": sections(mine, None)[:MOST_SECTIONS], "count": len(mine.articles), "link": article_url}
    return [SlotContent("kb/browse.html", found, order=20)]
