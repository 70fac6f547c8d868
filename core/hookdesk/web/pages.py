"""What every template can use: navigation, slots, assets, formats of times and sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import get_locale, get_timezone, gettext, lazy_gettext
from markupsafe import Markup
from werkzeug.routing import BuildError

from hookdesk import clock
from hookdesk.hookspecs import WebHooks
from hookdesk.names import shown_name
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.types.web import NavItem, NavLink, Slot
from hookdesk.web.actor import current_actor, face
from hookdesk.web.themes import ThemeChain, content_hash, safe_file

SLOTS = (
    Slot(
        "page.banner",
        (),
        "Above the content of every page of the desk and the admin panel: what everybody there must know now.",
    ),
    Slot("portal.home", (), "Below the two doors of the portal's home page."),
    Slot("portal.foot", (), "Links at the end of every page of the portal."),
    Slot("admin.search", (), "Above the links in the admin panel's sidebar: the search box."),
    Slot("desk.keys", (), "Rows of the list of keys that agents call up with `?`: a key (dt) and what it does (dd)."),
    Slot("desk.search", (), "Above the queues in the desk's sidebar: the search box."),
    Slot("signin.confirm", (), "Below the form that asks an agent to confirm who they are: a passkey, for one."),
    Slot("signin.agent", (), "Below the agents' sign-in form: a forgotten password, for one."),
)
"""Slots of core's own layouts; plugins declare those of their pages with the hook `slots`."""
ADMIN_GROUPS = {
    "People": lazy_gettext("People"),
    "Intake": lazy_gettext("Intake"),
    "Work": lazy_gettext("Work"),
    "Messages": lazy_gettext("Messages"),
    "Plugins and themes": lazy_gettext("Plugins and themes"),
    "System": lazy_gettext("System"),
}
"""Groups of the admin panel's navigation in their order, by the name that plugins give."""


def init_app(app: Flask, chain: ThemeChain) -> None:
    """Add globals and filters to the templates."""
    env = app.jinja_env
    env.globals.update(
        nav=nav, slot=slot, asset=lambda name: asset(chain, name), plugin_asset=plugin_asset, page_assets=page_assets,
        theme_stylesheets=lambda: [theme_url(chain, *item) for item in chain.stylesheets()],
        theme_scripts=lambda: [theme_url(chain, *item) for item in chain.scripts()],
        sprite=lambda: _sprite(chain), drawn_icon=lambda name, size="": _icon(_sprite(chain), name, size),
        text_direction=text_direction,
    )  # fmt: skip
    env.filters.update(FILTERS)

    @app.context_processor
    def page_context() -> dict[str, Any]:
        return {
            "current_actor": current_actor(),
            "site_name": site().settings.get("core", CoreSettings).site_name,
            "color_scheme": _pinned(request.cookies.get("theme", "")) if has_request_context() else "",
            "page_language": str(get_locale() or "en").replace("_", "-"),
        }


def _pinned(scheme: str) -> str:
    """The colour scheme that the reader pinned, or "" for the system's."""
    return scheme if scheme in ("light", "dark") else ""


def _sprite(chain: ThemeChain) -> str:
    """The address of the icon sprite, worked out once a request: a page has a hundred icons."""
    found: str = g._get_current_object().get("hookdesk_sprite", "")
    if not found:
        found = g.hookdesk_sprite = asset(chain, "icons.svg")
    return found


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str, size: str) -> Markup:
    """The macro `icon`: a page has a hundred, and calling a macro takes ten times as long."""
    css = f"i i-{size}" if size else "i"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(css, sprite, name)


def text_direction() -> str:
    """ "rtl" or "ltr", by the page's language."""
    locale = get_locale()
    return str(locale.text_direction) if locale else "ltr"


def nav(area: str) -> list[NavLink]:
    """The links of an area that the actor may follow, in order. One that leads nowhere is left out and counts as its plugin's error."""
    cached: dict[str, list[NavLink]] = g.setdefault("hookdesk_nav", {})
    if area not in cached:
        cached[area] = list(_nav(area))
        if area in ("admin", "desk.rail"):
            _mark_section(cached[area])
    return cached[area]


def _mark_section(links: list[NavLink]) -> None:
    """Where no link leads to this very page, mark the one that it stands below: the longest address that its own begins with."""
    below = [link for link in links if request.path.startswith(link.url.rstrip("/") + "/")]
    if below and not any(link.active for link in links):
        max(below, key=lambda link: len(link.url)).active = True


def _nav(area: str) -> Iterator[NavLink]:
    """Build the links."""
    actor = current_actor()
    found = site().hooks.attributed(WebHooks.nav_items, actor=actor, area=area)
    for plugin, item in sorted(found, key=lambda pair: (_rank(pair[1]), pair[1].order)):
        if item.area != area or not _shown(item):
            continue
        try:
            url = url_for(item.endpoint, **item.args)
        except BuildError as error:
            site().hooks.recorder.failed(plugin, "nav_items", error)
            continue
        group = str(ADMIN_GROUPS.get(item.group, item.group))
        yield NavLink(item.label, url, item.icon, item.count, item.key, item.level, group, is_active(item), plugin)


def _rank(item: NavItem) -> int:
    """The place of an item's group in the admin panel; items without a group come first, groups that nobody knows last."""
    ranks = ["", *ADMIN_GROUPS, item.group]
    return ranks.index(item.group) if item.area == "admin" else 0


def is_active(item: NavItem) -> bool:
    """True if the present page is where the link leads (or, for a link without arguments, another page of that plugin's section)."""
    if item.endpoint == request.endpoint:
        given = {**(request.view_args or {}), **request.args}
        return all(str(given.get(key, "")) == str(value) for key, value in item.args.items())
    return item.area.endswith("rail") and request.blueprint == item.endpoint.partition(".")[0]


def _shown(item: NavItem) -> bool:
    """True if the actor holds what the link asks for."""
    actor = current_actor()
    return not item.permission or actor.is_admin or (item.permission != "admin" and actor.may(item.permission))


def slot(name: str, **args: Any) -> Markup:
    """What plugins put into a slot. A template that fails is left out and counts as its plugin's error."""
    found = site().hooks.attributed(WebHooks.template_slot, slot=name, actor=current_actor(), args=args)
    parts = []
    for plugin, content in sorted(found, key=lambda pair: pair[1].order):
        try:
            html = _rendered(content.template, {**args, **content.context})
        except Exception as error:  # any failure in a plugin's template is that plugin's; the page goes on
            site().hooks.recorder.failed(plugin, f"slot {name}", error)
            continue
        parts.append(Markup(html))  # noqa: S704  # autoescaped by the template that made it
    if site().config.trace_hooks:
        return Markup('<div class="slot-outline" data-slot="{}">{}</div>').format(name, Markup("").join(parts))
    return Markup("").join(parts)


def _rendered(template: str, values: Mapping[str, Any]) -> str:
    """A template within a page: what every template is given is asked for once a request, not once for each of twenty parts."""
    shared: dict[str, Any] | None = g.get("hookdesk_shared")
    if shared is None:
        shared = g.hookdesk_shared = {}
        current_app.update_template_context(shared)
    return current_app.jinja_env.get_template(template).render({**shared, **values})


def theme_url(chain: ThemeChain, theme: str, name: str) -> str:
    """The address of a theme's file, with a hash of its content."""
    return _address("core.theme_file", chain.themes[theme].folder / "static", name, theme=theme)


def asset(chain: ThemeChain, name: str) -> str:
    """The address of a static file of the active theme or its parents; "" if none has it."""
    theme = chain.holder(name, anew=site().config.trace_hooks)
    return theme_url(chain, theme, name) if theme else ""


def plugin_asset(slug: str, name: str) -> str:
    """The address of a plugin's static file."""
    folder = plugin_folders().get(slug)
    return _address("core.plugin_file", folder / "static" if folder else None, name, slug=slug)


def _address(endpoint: str, folder: Path | None, name: str, **owner: Any) -> str:
    """The address of a file. A page names a dozen, so each is made once a process, except for who develops."""
    if site().config.trace_hooks:
        _known_address.cache_clear()
    return _known_address(request.script_root, endpoint, folder, name, **owner)


@lru_cache(maxsize=1024)
def _known_address(_root: str, endpoint: str, folder: Path | None, name: str, **owner: Any) -> str:
    """Make it: its `v` changes with the content, "missing" if there is no file. `_root` is part of what `url_for` makes of it."""
    file = safe_file(folder, name) if folder else None
    version = content_hash(str(file), file.stat().st_mtime_ns) if file else "missing"
    return url_for(endpoint, name=name, v=version, **owner)


def plugin_folders() -> dict[str, Path]:
    """Slug → package folder of each enabled plugin."""
    folders: dict[str, Path] = site().extra["plugin_folders"]  # type: ignore[assignment]  # set by create_app
    return folders


def page_assets() -> dict[str, list[str]]:
    """Addresses of plugins' own stylesheets and scripts for this face. Plugins are asked once a process, except for who develops."""
    here = "admin" if request.path.startswith("/admin") else {"agent": "desk"}.get(face(), "portal")
    if site().config.trace_hooks:
        return _assets_of(here)
    known: dict[Hashable, dict[str, list[str]]] = current_app.extensions.setdefault("hookdesk_page_assets", {})
    key = (here, request.script_root, site().plugins.paused())
    if key not in known:
        known[key] = _assets_of(here)
    return known[key]


def _assets_of(here: str) -> dict[str, list[str]]:
    """The addresses of those that are for a face, or for all."""
    css: list[str] = []
    js: list[str] = []
    for slug, item in site().hooks.attributed(WebHooks.page_assets):
        if item.face in ("", here):
            css += [plugin_asset(slug, name) for name in item.css]
            js += [plugin_asset(slug, name) for name in item.js]
    return {"css": css, "js": js}


def ago(moment: datetime) -> str:
    """A short relative time: "4 min", "in 2 days"."""
    seconds = (moment - clock.now()).total_seconds()
    if abs(seconds) < 45:
        return str(gettext("now"))
    return _ago(round(seconds / 60), _reader()[0])


@lru_cache(maxsize=4096)
def _ago(minutes: int, locale: Locale | str) -> str:
    """Minutes from now in words. Pages are full of them, and few differ."""
    return format_timedelta(minutes * 60, add_direction=minutes > 0, format="short", threshold=0.95, locale=locale)


def absolute(moment: datetime) -> str:
    """Date and time in the reader's zone and language."""
    return _absolute(moment, *_reader())


def _reader() -> tuple[Locale | str, tzinfo | None]:
    """The reader's language and zone, from where Flask-Babel keeps them once it knows: a list asks fifty times."""
    known = g._get_current_object().get("_flask_babel")
    locale, zone = getattr(known, "babel_locale", None), getattr(known, "babel_tzinfo", None)
    return locale or get_locale() or "en", zone or get_timezone()


@lru_cache(maxsize=4096)
def _absolute(moment: datetime, locale: Locale | str, zone: tzinfo | None) -> str:
    """A moment in words; the same ones are shown again and again."""
    try:
        return format_datetime(moment, "medium", tzinfo=zone, locale=locale)
    except OverflowError:  # at the end of the calendar, where other zones are beyond it already
        return format_datetime(moment, "medium", locale=locale)


def filesize(size: int) -> str:
    """A size in bytes for people: "318 kB"."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("unreachable: GB ends the loop")


def avatar_class(name: str) -> int:
    """A number from 1 to 6 by a hash of the name: the avatar's tint."""
    return hashlib.blake2s(name.encode("utf-8", "replace"), digest_size=1).digest()[0] % 6 + 1


def initials(name: str) -> str:
    """The first letters of the first and the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper() or "?"


FILTERS = {
    "ago": ago, "datetime": absolute, "filesize": filesize, "avatar_class": avatar_class, "initials": initials,
    "shown_name": shown_name,
}  # fmt: skip
"""The filters of all templates."""
