"""Languages and zones: English sources, catalogues from core, theme and plugins, chosen by the reader."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel

from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.web.actor import current_actor

CORE_LOCALE = Path(__file__).parent.parent / "locale"


def init_app(app: Flask, folders: Iterable[Path]) -> None:
    """Wire Flask-Babel with every `locale/` folder there is."""
    existing = [str(folder) for folder in (CORE_LOCALE, *folders) if folder.is_dir()]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(existing or [str(CORE_LOCALE)])
    app.extensions["hookdesk_languages"] = languages(tuple(existing))
    Babel(app, locale_selector=choose_locale, timezone_selector=choose_timezone)


@lru_cache(maxsize=8)
def languages(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Languages that core has a catalogue for; English needs none."""
    found = {file.parent.parent.name for folder in folders for file in Path(folder).glob("*/LC_MESSAGES/messages.mo")}
    return ("en", *sorted(found - {"en"}))


def choose_locale() -> str:
    """The actor's own language, else the browser's, else the site's."""
    default = site().settings.get("core", CoreSettings).default_locale
    if not has_request_context():
        return default
    known: tuple[str, ...] = current_app.extensions["hookdesk_languages"]
    own = current_actor().locale or request.cookies.get("language", "")
    if own in known:
        return own
    return request.accept_languages.best_match(known, default=default) or default


def choose_timezone() -> str:
    """The actor's own zone, else the site's; an unknown name is UTC."""
    default = site().settings.get("core", CoreSettings).timezone
    name = (current_actor().timezone if has_request_context() else "") or default
    return name if _is_zone(name) else "UTC"


@lru_cache(maxsize=512)
def _is_zone(name: str) -> bool:
    """True if the name is in the zone database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
