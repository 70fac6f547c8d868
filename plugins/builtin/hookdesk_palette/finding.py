"""What the palette itself finds: tickets by number, and pages of the navigation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import current_app, url_for
from flask_babel import gettext as _

from hookdesk.api import Actor, NotFound, PaletteItem, access_number, nav, site
from hookdesk_palette.hookspecs import PaletteHooks

MOST_PAGES = 8
MOST_OF_A_PLUGIN = 10
MOST_TYPED = 100
_NUMBER = re.compile(r"#?([A-Za-z0-9][A-Za-z0-9_-]{0,39})")
_AREAS = ("desk.sidebar", "desk.rail", "account", "admin")

Groups = dict[str, list[PaletteItem]]


def found(actor: Actor, typed: str) -> Groups:
    """What fits, by group, in the order of the plugins; each address stands once. Without a word, the pages that one goes to most."""
    query = " ".join(typed.split())[:MOST_TYPED]
    groups: Groups = {}
    if not query:
        return {_("Go to"): _every_page()[:MOST_PAGES]}
    known: set[str] = set()
    for item in _asked(actor, query):
        if item.url not in known:
            known.add(item.url)
            groups.setdefault(item.group, []).append(item)
    return groups


def _asked(actor: Actor, query: str) -> list[PaletteItem]:
    """All plugins' answers, each plugin's own cut to what it was asked for."""
    taken: dict[str, int] = {}
    kept = []
    for plugin, item in site().hooks.attributed(PaletteHooks.palette_items, actor=actor, query=query):
        taken[plugin] = taken.get(plugin, 0) + 1
        if taken[plugin] <= MOST_OF_A_PLUGIN:
            kept.append(item)
    return sorted(kept, key=lambda item: item.order)


def by_number(actor: Actor, query: str) -> Iterator[PaletteItem]:
    """The ticket that has what was typed as its number, if the actor may see it."""
    typed = _NUMBER.fullmatch(query)
    if typed is None or "desk.ticket" not in current_app.view_functions:
        return
    try:
        ticket = access_number(actor, typed[1])
    except NotFound:
        return
    url = url_for("desk.ticket", number=ticket.number)
    hint = f"{ticket.number} · {ticket.requester}"
    yield PaletteItem(ticket.subject, url, _("Tickets"), icon=f"s-{ticket.status_look}", hint=hint, order=0)


def pages(query: str) -> list[PaletteItem]:
    """The pages whose names have all the words that were typed, those that begin with them first."""
    if query[0] in "#@":
        return []
    words = query.casefold().split()
    fitting = [item for item in _every_page() if all(word in f"{item.label} {item.hint}".casefold() for word in words)]
    fitting.sort(key=lambda item: not item.label.casefold().startswith(words[0]))
    return fitting[:MOST_PAGES]


def _every_page() -> list[PaletteItem]:
    """All that the navigation of this actor leads to; the place in it as the order."""
    names = {"admin": _("Admin panel"), "desk.sidebar": _("Queue"), "account": _("Your account")}
    links = [(area, link) for area in _AREAS for link in nav(area) if link.plugin != "palette"]
    return [
        PaletteItem(
            link.label, link.url, _("Go to"), icon=link.icon or "next",
            hint=" · ".join(filter(None, (names.get(area, ""), link.group if link.group != "end" else ""))),
            order=500 + place,
        )
        for place, (area, link) in enumerate(links)
    ]  # fmt: skip
