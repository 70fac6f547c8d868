"""Which words count for a kind of message: those of the department's set before the default set's, those of a language before any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import TemplateKind, reading
from hookdesk_email_out.default_words import SUBJECT
from hookdesk_email_out.models import Words
from hookdesk_email_out.own_kinds import found

PREFIX = "email_out:"
"""A department's `template_ref` is this and the id of a set."""
PLAIN = TemplateKind("", "", SUBJECT, "{{ text }}\n{% if url %}\n{{ url }}\n{% endif %}")
"""For a kind that no plugin names any more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The three templates of a message."""

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """All words that may count for a kind of message on a ticket: `written` by set (None: the default one) and language ("": any)."""

    kind: TemplateKind
    set_id: int | None
    written: Mapping[tuple[int | None, str], Draft]

    def drafts(self, locale: str) -> Iterator[Draft]:
        """What is tried, one after the other, for somebody who reads that language; the last ones are the kind's own."""
        for set_id in dict.fromkeys((self.set_id, None)):
            for language in (locale, ""):
                if (set_id, language) in self.written:
                    yield self.written[set_id, language]
        yield own(self.kind)
        yield Draft(self.kind.subject, self.kind.text)
        yield Draft(PLAIN.subject, PLAIN.text)


def own(kind: TemplateKind) -> Draft:
    """A kind's own words, in the present language if a catalogue has them."""
    return Draft(_(kind.subject), _(kind.text) if kind.text else "", _(kind.html) if kind.html else "")


def of(kind: str, ref: str = "") -> Wording:
    """The words for a kind of message where a department's `template_ref` is `ref`."""
    set_id = set_of(ref)
    columns = (Words.set_id, Words.locale, Words.subject, Words.text, Words.html)
    wanted = Words.set_id.is_(None) | (Words.set_id == set_id) if set_id else Words.set_id.is_(None)
    rows = reading().all(select(*columns).where(Words.kind == kind, Words.is_current, wanted))
    written = {(row.set_id, row.locale): Draft(row.subject, row.text, row.html) for row in rows}
    return Wording(found(kind) or PLAIN, set_id, written)


def set_of(ref: str) -> int | None:
    """The id of the set that a reference names; None for the default set."""
    number = ref.removeprefix(PREFIX)
    return (
        int(number) if ref.startswith(PREFIX) and number.isascii() and number.isdigit() and len(number) < 16 else None
    )
