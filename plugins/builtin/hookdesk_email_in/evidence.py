"""What speaks for a kind of mail: headers, types of parts, and words, which count only where a program can have written them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from hookdesk_email_in.mime import Part

_BODY_CHARS = 4000
_OPENING_CHARS = 300
_VALUE_CHARS = 2000
_REPORT_CHARS = 20_000
_LANGUAGES = tomllib.loads(Path(__file__).with_name("kind_words.toml").read_text(encoding="utf-8"))


def _any(kind: str) -> str:
    """Every language's phrases of a kind, the longest first, as alternatives; "…" stands for a few words."""
    phrases = {phrase for language in _LANGUAGES.values() for phrase in language.get(kind, ())}
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join(re.escape(phrase).replace("…", r"[^\n]{0,30}") for phrase in ordered) + ")"


AWAY, FAILED = _any("away"), _any("failed")

# What only a report of a failure holds: people, too, write of "Delivery status", of undelivered parcels and of telephone numbers.
_REPORTED = re.compile(
    r"(?:[45]\d\d[ -]#?|status:?\s{0,5}|#\s?|\(|smtp[;:]?\s)[245]\.\d{1,2}\.\d{1,3}(?![\d.])"
    r"|\b[45]\d\d[ -]+(?=[^\n]{0,80}\b"
    r"(?:unknown|reject|denied|not found|mailbox|user|recipient|quota|relay|unavailable|disabled|not exist))"
    r"|^[>\s]{0,10}(?:received|return-path|message-id|final-recipient|reporting-mta|diagnostic-code|x-mailer)\s?:"
    r"|transcript of session",
    re.IGNORECASE | re.MULTILINE,
)
# what is enough where the sender is a mail server
_NAMES_WHOM = re.compile(
    r"(?<![\d.])[245]\.\d{1,2}\.\d{1,3}(?![\d.])|\b[45]\d\d[ -]+\S|<[^<>\s]+@[^<>\s]+>"
    r"|\b(?:user|host|address|recipient)s? (?:is )?unknown|unknown (?:user|host|address|recipient)|no such (?:user|address)|mailer-daemon",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"\b(?:post_?master|[\w-]*daemon|bounces?)@", re.IGNORECASE)
_ENCLOSED = re.compile(r"^(?:message/|text/rfc822-headers)", re.MULTILINE)
_NULL_PATH = re.compile(r"^\s*<\s*>")
_MACHINE = re.compile(
    r"\b(?:no-?reply|do-?not-?reply|[\w.-]*-admin|admin|system|root|mail|postfix|alert|post_?master|[\w-]*daemon|bounces?)@",
    re.IGNORECASE,
)
# programs at which a person sits
_CLIENT = re.compile(
    r"thunderbird|outlook(?: \d|-ios|-android)|apple mail|(?:iphone|ipad) mail|mutt|k-9|roundcube|kmail|evolution|the bat|claws|gnus"
    r"|webmail",
    re.IGNORECASE,
)


class Evidence:
    """What a mail shows to the rules of `classify`, each place computed once and only if a rule asks."""

    def __init__(self, root: Part, subject: str, text: str) -> None:
        self._root = root
        self._subject = subject
        self._text = text
        self._places: dict[str, Callable[[], str]] = {
            "subject": lambda: subject,
            "parts": lambda: self._types,
            "body": lambda: text[:_BODY_CHARS].lstrip(),
            "opening": lambda: "" if self._by_a_person else text[:_OPENING_CHARS].lstrip(),
            "away": lambda: "" if self._by_a_person or subject.rstrip().endswith(("?", "？")) else subject,
            "report": lambda: subject if self._is_a_servers(sent_empty=True) or self._reports else "",
            "failed": lambda: f"{subject}\n{text[:_BODY_CHARS]}" if self._is_a_servers() and self._reports else "",
            "postmaster": lambda: self._header("from") if self._is_a_servers() and self._reports else "",
            "machine": lambda: text[:_BODY_CHARS] if self._reports and _MACHINE.search(self._header("from")) else "",
        }

    def of(self, place: str) -> str:
        """What is to be looked at: a header by its name; `subject` decoded; `away`, the same if no person asks; `parts`, the types of all
        parts; `body`, its beginning; `opening`, its first words if no person's program sent it; and of what reports a failure `report`,
        the subject, `failed`, subject and beginning, and `postmaster`, the sender, if that is a server, and `machine`, the beginning if a
        program sent it."""
        computed = self._places.get(place)
        return computed() if computed else self._header(place)

    def _header(self, name: str) -> str:
        return header_text(self._root.headers, name)

    def _is_a_servers(self, *, sent_empty: bool = False) -> bool:
        """Whether a mail server wrote it, by its name or, where that counts, by the empty sender of the envelope."""
        is_named = _DAEMON.search(self._header("from"))
        return not self._by_a_person and bool(
            is_named or (sent_empty and _NULL_PATH.search(self._header("return-path")))
        )

    @cached_property
    def _types(self) -> str:
        return "\n".join(map(_type_of, self._root.leaves()))

    @cached_property
    def _by_a_person(self) -> bool:
        return bool(_CLIENT.search(f"{self._header('x-mailer')} {self._header('user-agent')}"))

    @cached_property
    def _reports(self) -> bool:
        if self._by_a_person:
            return False
        head = self._text[:_REPORT_CHARS]
        if _ENCLOSED.search(self._types) or _REPORTED.search(head):
            return True
        return self._is_a_servers() and bool(_NAMES_WHOM.search(head))


def header_text(headers: Mapping[str, list[bytes]], name: str) -> str:
    """All headers of a name, as sent, in one line."""
    return " ".join(raw.decode("latin-1") for raw in headers.get(name, []))[:_VALUE_CHARS]


def _type_of(part: Part) -> str:
    """The type of a part; of an answer to an invitation, that it is one."""
    kind = part.content_type.value
    is_reply = kind == "text/calendar" and part.content_type.params.get("method", "").lower() == "reply"
    return f"{kind}; reply" if is_reply else kind
