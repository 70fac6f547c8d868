"""Languages and zones: English sources, catalogues from core, theme and plugins, chosen by the reader."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, Domain
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.web.actor import current_actor

CORE_LOCALE = Path(__file__).parent.parent / "locale"


def init_app(app: Flask, folders: Iterable[Path]) -> None:
    """Wire Flask-Babel with every `locale/` folder there is."""
    existing = [str(folder) for folder in (CORE_LOCALE, *folders) if folder.is_dir()]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(existing or [str(CORE_LOCALE)])
    app.extensions["hookdesk_languages"] = languages(tuple(existing))
    babel = Babel(app, locale_selector=choose_locale, timezone_selector=choose_timezone)
    found = babel.domain_instance = Catalogues()
    app.jinja_env.globals.update(_=found.translated, gettext=found.translated, ngettext=found.translated_plural)


@lru_cache(maxsize=8)
def languages(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Languages that core has a catalogue for; English needs none."""
    found = {file.parent.parent.name for folder in folders for file in Path(folder).glob("*/LC_MESSAGES/messages.mo")}
    return ("en", *sorted(found - {"en"}))


def choose_locale() -> str:
    """The actor's own language, else the browser's, else the site's."""
    known: tuple[str, ...] = current_app.extensions["hookdesk_languages"]
    stated = site().settings.get("core", CoreSettings).default_locale
    default = stated if stated in known else "en"
    if not has_request_context():
        return default
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


class Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Flask-Babel's catalogues, found sooner: a page asks two hundred times, so those of its language are kept with the request."""

    def get_translations(self) -> NullTranslations:
        """The translations of the present language, looked up anew when that changes."""
        babel = g._get_current_object().get("_flask_babel")  # where Flask-Babel keeps the language of this context
        kept: tuple[Locale, NullTranslations] | None = getattr(babel, "hookdesk_catalogue", None)
        if kept is None or kept[0] is not babel.babel_locale:
            found = super().get_translations()
            kept = g._flask_babel.hookdesk_catalogue = (g._flask_babel.babel_locale, found)
        return kept[1]

    @pass_eval_context
    def translated(self, context: EvalContext, text: str, **values: Any) -> str:
        """`_("…")` and `{% trans %}` of templates: as Jinja's own extension, without its detours."""
        return _filled(context, _word(self.get_translations(), text), values)

    @pass_eval_context
    def translated_plural(self, context: EvalContext, singular: str, plural: str, number: int, **values: Any) -> str:
        """`ngettext` of templates; `%(num)s` is the number."""
        text = self.get_translations().ungettext(singular, plural, number)
        return _filled(context, Markup(text), {"num": number, **values})  # noqa: S704  # the catalogue is ours


@lru_cache(maxsize=4096)
def _word(catalogue: NullTranslations, text: str) -> Markup:
    """A text of a template, translated; a catalogue does not change while a process lives."""
    return Markup(catalogue.ugettext(text))  # noqa: S704  # the catalogue is ours


def _filled(context: EvalContext, text: Markup, values: dict[str, Any]) -> str:
    """The text with its placeholders filled in, escaped where the template escapes. A percent sign is written twice, values or none."""
    wanted = text if context.autoescape else str(text)
    return wanted % values if "%" in wanted else wanted
