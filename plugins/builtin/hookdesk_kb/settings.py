"""What an administrator sets for the knowledge base."""

from __future__ import annotations

import re
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import CoreSettings, setting, site

_CODE = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})?")


def _problem(codes: tuple[str, ...]) -> str:
    """What is wrong with codes of languages, or ""."""
    odd = next((code for code in codes if not _CODE.fullmatch(code)), None)
    return str(_("%(code)s is no code of a language.", code=odd[:40])) if odd else ""


@dataclass(frozen=True)
class Settings:
    """What holds for all articles."""

    is_restricted: bool = setting(
        False,
        label=_l("Only people who are signed in read articles"),
        help=_l("Guests then see nothing of the knowledge base, and search engines neither."),
    )
    suggests: bool = setting(
        True,
        label=_l("Suggest articles while a ticket is written"),
        help=_l("Below the subject on the portal; what comes of it is counted."),
    )
    languages: tuple[str, ...] = setting(
        (),
        label=_l("Further languages of articles"),
        help=_l("One code a line, as fr or pt_BR. Those in which the pages can be shown are there anyway."),
        maximum=50,
        check=_problem,
    )


def current() -> Settings:
    """The settings as they are now."""
    return site().settings.get("kb", Settings)


def main_language() -> str:
    """The language of whatever is in one language only."""
    stated = site().settings.get("core", CoreSettings).default_locale
    return stated or "en"


def languages() -> list[str]:
    """Every language that an article can be written in, the site's own first."""
    pages: tuple[str, ...] = current_app.extensions["hookdesk_languages"]
    further = (code.replace("-", "_") for code in current().languages)
    return list(dict.fromkeys([main_language(), *pages, *further]))


def own_name(locale: str) -> str:
    """A language as its speakers call it."""
    return _name(locale, locale)


def name(locale: str) -> str:
    """A language in the reader's words."""
    return _name(locale, str(get_locale() or "en"))


def _name(locale: str, said_in: str) -> str:
    """A language's name in another one; the code of one that nobody knows."""
    try:
        found = Locale.parse(locale).get_display_name(Locale.parse(said_in))
    except (UnknownLocaleError, ValueError):
        return locale
    return (found[:1].upper() + found[1:]) if found else locale
