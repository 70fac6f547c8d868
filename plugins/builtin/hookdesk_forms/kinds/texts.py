"""Kinds that are words: short, long, formatted."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import re2
from flask import Request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional

from hookdesk.api import clean_line, clean_text, html_body, html_to_text, sanitize_html, text_to_html
from hookdesk_forms.kinds.base import FieldKind, FieldProblem, Spec, menu, text_of

MOST_LINE, MOST_TEXT = 500, 20_000


class ShortText(FieldKind):
    """One line."""

    name = "text"
    label = _l("Short text")

    def controls(self) -> Mapping[str, Any]:
        """Length, what it must be, what stands in the empty control."""
        return {
            "least": number(_l("Characters, at least"), MOST_LINE),
            "most": number(_l("Characters, at most"), MOST_LINE),
            "must_be": menu(
                _l("It must be"),
                [
                    ("", _l("Anything")),
                    ("digits", _l("Digits alone")),
                    ("ip", _l("An IP address")),
                    ("pattern", _l("What a pattern says")),
                ],
            ),
            "pattern": StringField(
                _l("Pattern"),
                [Length(max=300)],
                description=_l("A regular expression (RE2) that the whole text must match, as in [A-Z]{2}-[0-9]{4}."),
            ),
            "pattern_words": StringField(
                _l("What to say if it does not match"), [Length(max=200)], filters=[clean_line]
            ),
            "placeholder": StringField(_l("Example in the empty control"), [Length(max=100)], filters=[clean_line]),
        }

    def check(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """The bounds must leave something, and the pattern must be one."""
        if options.get("must_be") == "pattern":
            try:
                _pattern(str(options.get("pattern") or "("))
            except re2.error:
                return {"pattern": _("This is no pattern that can be used.")}
        return ordered(options)

    def one(self, spec: Spec, given: Any) -> str | None:
        """A clean line within its bounds."""
        text = clean_line(text_of(given))
        if not text:
            return None
        bounded(spec, text, MOST_LINE)
        kind = spec.options.get("must_be")
        if kind == "digits" and not (text.isascii() and text.isdigit()):
            raise FieldProblem(_("Write digits alone."))
        if kind == "ip" and not _is_address(text):
            raise FieldProblem(_("Write an IP address, as in 192.0.2.7."))
        if kind == "pattern" and not _pattern(str(spec.options.get("pattern"))).fullmatch(text):
            raise FieldProblem(spec.options.get("pattern_words") or _("This is not written as it must be."))
        return text


class LongText(FieldKind):
    """Several lines."""

    name = "long_text"
    label = _l("Long text")
    column = "body"
    template = "forms/controls/lines.html"

    def controls(self) -> Mapping[str, Any]:
        """Length, height."""
        return {
            "least": number(_l("Characters, at least"), MOST_TEXT),
            "most": number(_l("Characters, at most"), MOST_TEXT),
            "rows": number(_l("Lines that are shown"), 30),
        }

    def check(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """The bounds must leave something."""
        return ordered(options)

    def one(self, spec: Spec, given: Any) -> str | None:
        """A clean text within its bounds."""
        text = clean_text(text_of(given))
        bounded(spec, text, MOST_TEXT)
        return text or None

    def html(self, spec: Spec, values: Sequence[Any]) -> Markup:
        """With its lines and links."""
        return Markup("").join(text_to_html(str(value)) for value in values)


class RichText(LongText):
    """Several lines with headings, lists, links: HTML, of which only what is harmless is kept."""

    name = "rich_text"
    label = _l("Formatted text")
    template = "forms/controls/rich.html"

    def sent(self, spec: Spec, request: Request, stage: str) -> list[Any]:
        """The words, or the HTML that an editor sends after them."""
        return super().sent(spec, request, stage)[-1:]

    def one(self, spec: Spec, given: Any) -> str | None:
        """Sanitized HTML; what has no tags in it is plain text, whose lines stay lines."""
        text = clean_text(text_of(given))
        if "<" in text and ">" in text:
            text = sanitize_html(text)
        bounded(spec, text, MOST_TEXT)
        return text if html_to_text(text).strip() else None

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """Without the marks."""
        return " ".join(" ".join(html_to_text(str(value)).split()) for value in values)

    def html(self, spec: Spec, values: Sequence[Any]) -> Markup:
        """Formatted; pictures from elsewhere are not shown."""
        return Markup("").join(_formatted(str(value)) for value in values)


def number(label: Any, most: int, least: int = 0) -> IntegerField:
    """A number that an admin may leave open."""
    words = _l("Write a number from %(least)s to %(most)s.", least=least, most=f"{most:,}")
    return IntegerField(label, [Optional(), NumberRange(least, most, words)])


def ordered(options: Mapping[str, Any], least: str = "least", most: str = "most") -> Mapping[str, str]:
    """Hold that an upper bound is not below the lower one."""
    low, high = options.get(least), options.get(most)
    if low is None or high is None or low <= high:
        return {}
    return {most: _("This is less than the least that is asked for.")}


def bounded(spec: Spec, text: str, most: int) -> None:
    """Hold a text to its length.

    Raises:
        FieldProblem: it is too short or too long.
    """
    high = min(spec.options.get("most") or most, most)
    if len(text) > high:
        raise FieldProblem(_("Use at most %(most)s characters.", most=high))
    low = spec.options.get("least") or 0
    if text and len(text) < low:
        raise FieldProblem(_("Use at least %(least)s characters.", least=low))


def _formatted(text: str) -> Markup:
    """A stored text: HTML, or plain lines."""
    return html_body(text, {}, False)[0] if "<" in text else text_to_html(text)


@lru_cache(maxsize=256)
def _pattern(text: str) -> Any:
    """A compiled pattern; RE2 takes linear time, whatever the pattern and the text."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(text, options)


def _is_address(text: str) -> bool:
    """True for an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
