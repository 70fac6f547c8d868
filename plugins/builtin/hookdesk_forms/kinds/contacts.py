"""Where somebody or something is reached: e-mail, phone, an address on the web."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField

from hookdesk.api import clean_line, people
from hookdesk_forms.kinds.base import FieldKind, FieldProblem, Spec, text_of
from hookdesk_forms.kinds.texts import MOST_LINE, number

_EXTENSION = re.compile(r"(?:;ext=|ext\.?|extension|x|#)\s*(\d{1,8})$", re.IGNORECASE)
LEAST_DIGITS, MOST_DIGITS = 7, 15


class Email(FieldKind):
    """An e-mail address."""

    name = "email"
    label = _l("E-mail address")

    def one(self, spec: Spec, given: Any) -> str | None:
        """An address that mail could reach."""
        text = clean_line(text_of(given))
        if not text:
            return None
        address = people.normal_address(text)
        if not address:
            raise FieldProblem(_("Write the whole address, as in name@example.org."))
        return address

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """The keyboard of phones."""
        return {"type": "email", "dir": "ltr"}


class Phone(FieldKind):
    """A phone number, stored as its digits, a plus before them if there is one, and an extension behind an X, as osTicket does."""

    name = "phone"
    label = _l("Phone number")

    def controls(self) -> Mapping[str, Any]:
        """Extensions, length."""
        return {
            "least": number(_l("Digits, at least"), MOST_DIGITS),
            "has_extension": BooleanField(_l("An extension can be given")),
        }

    def one(self, spec: Spec, given: Any) -> str | None:
        """The number without what people write between its digits."""
        text = clean_line(text_of(given))
        if not text:
            return None
        extension = _EXTENSION.search(text)
        bare = re.sub(r"[\s().\-/]", "", text[: extension.start()] if extension else text)
        digits = bare.removeprefix("+")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
            raise FieldProblem(_("Write a phone number, as in +49 30 123456."))
        if len(digits) < (spec.options.get("least") or LEAST_DIGITS):
            raise FieldProblem(_("This phone number is too short."))
        if extension and not spec.options.get("has_extension"):
            raise FieldProblem(_("Leave the extension out."))
        return f"{bare}X{extension.group(1)}" if extension else bare

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """With the extension apart."""
        return ", ".join(str(value).replace("X", " ext. ") for value in values)

    def typed(self, spec: Spec, value: Any) -> str:
        """As people read it; it is read again."""
        return self.words(spec, [value])

    def html(self, spec: Spec, values: Sequence[Any]) -> Markup:
        """Numbers run from left to right."""
        return Markup('<span dir="ltr">{}</span>').format(self.words(spec, values))

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """The keyboard of phones."""
        return {"type": "tel", "dir": "ltr"}


class Url(FieldKind):
    """An address on the web."""

    name = "url"
    label = _l("Web address")

    def one(self, spec: Spec, given: Any) -> str | None:
        """An address with http or https; what has no scheme gets https."""
        text = clean_line(text_of(given))
        if not text:
            return None
        text = text if "://" in text or text.lower().startswith(("javascript:", "data:")) else f"https://{text}"
        try:
            parts = urlsplit(text)
            host = parts.hostname or ""
        except ValueError:
            raise FieldProblem(_("Write an address, as in https://example.org/page.")) from None
        if parts.scheme.lower() not in ("http", "https") or "." not in host or " " in text or len(text) > MOST_LINE:
            raise FieldProblem(_("Write an address, as in https://example.org/page."))
        return text

    def html(self, spec: Spec, values: Sequence[Any]) -> Markup:
        """A link that tells the other site nothing."""
        link = Markup('<a href="{0}" rel="noopener noreferrer nofollow" dir="ltr">{0}</a>')
        return Markup(", ").join(link.format(value) for value in values)

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """The keyboard of phones."""
        return {"type": "text", "attributes": {"inputmode": "url"}, "dir": "ltr"}
