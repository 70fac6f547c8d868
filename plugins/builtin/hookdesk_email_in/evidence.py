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


AWAY, ABSENT, THIS_IS, FAILED, REFUSED = map(_any, ("away", "absent", "this_is", "failed", "refused"))

# What only a report of a failure holds: people, too, write of "Delivery status", of undelivered parcels and of telephone numbers. Where
# they tell what a server said ("… it says 550 5.7.1"), that stands in a sentence; programs begin a line with it, or put a mark before it.
_LEAD = r"(?:^[ \t>|*]*|[:;(#<\[>='!.,]|\b(?:said|returned|replied|responded|error|code|reason))[ \t'\[(#]{0,9}"
_STATUS = r"[245]\.\d{1,2}\.\d{1,3}(?![\d.])"
_REPORTED = re.compile(
    rf"{_LEAD}[45]\d\d[ -]#?{_STATUS}|(?:\bstatus:?\s{{0,5}}|#\s?|\(|smtp[;:]?\s){_STATUS}"
    rf"|{_LEAD}[45]\d\d[ -]+(?=[^\n]{{0,80}}\b"
    r"(?:unknown|reject|denied|not found|mailbox|user|recipient|quota|relay|unavailable|disabled|not exist))"
    r"|^[>\s]{0,10}(?:received|return-path|message-id|final-recipient|reporting-mta|diagnostic-code|x-mailer)\s?:"
    r"|transcript of session|^\s*did not reach the following recipient",
    re.IGNORECASE | re.MULTILINE,
)
# what is enough where the sender is a mail server, and says that a mail failed
_NAMES_WHOM = re.compile(
    rf"(?<![\d.]){_STATUS}|\b[45]\d\d[ -]+\S|<[^<>\s]+@[^<>\s]+>"
    r"|\b(?:user|host|address|recipient)s? (?:is )?unknown|unknown (?:user|host|address|recipient)|no such (?:user|address)|mailer-daemon",
    re.IGNORECASE,
)
_SAYS_FAILED = re.compile(f"{FAILED}|{REFUSED}", re.IGNORECASE)
_DAEMON = re.compile(r"\b(?:post_?master|[\w-]*daemon|bounces?|microsoftexchange[\da-f]{32})@", re.IGNORECASE)
_ENCLOSED = re.compile(r"^(?:message/|text/rfc822-headers)", re.MULTILINE)
_NULL_PATH = re.compile(r"^\s*<\s*>")
_MACHINE = re.compile(
    rf"{_DAEMON.pattern}|\b(?:(?:do-?not-?|no-?)reply|(?:[\w.-]*-)?admin|system|root|mail(?:er|gw|gate|server|system)?|postfix|alert|smtp|mta"
    r"|gateway|imss|\w*filter|virus\w*|spam\w*|delivery|notifications?)@"
    r"|^\W*(?:e-?mail|internet mail|interscan|message) (?:gateway|system|server|service|delivery|mss|messaging)",
    re.IGNORECASE,
)
# programs at which a person sits
_CLIENT = re.compile(
    r"\b(?:thunderbird|mozilla|lightning|seamonkey|outlook(?: \d|-ios|-android| express|,| imo)|apple mail|(?:iphone|ipad) mail|mutt|k-9"
    r"|roundcube|kmail|evolution|the bat|claws|gnus|squirrelmail|horde|zimbrawebclient|live mail|windows mail|em client|foxmail"
    r"|airmail|mailbird)|webmail",
    re.IGNORECASE,
)
# servers ask nothing; a quoted line and the query of a link are no question of the writer's
_ASKS = re.compile(r"^(?![>\s]*>)[^\n]*\w[\"')»”\]]*\s?[?？؟](?=\s|$)", re.MULTILINE)
_ANSWERS = re.compile(r"^\s*(?:re|aw|antw|sv|vs|odp|rif|res|r|ynt|回复|答复)\s?(?:\[\d+\])?[:：]", re.IGNORECASE)


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
            "absent": lambda: "" if self._by_a_person else f"{subject}\n{text[:_OPENING_CHARS]}",
            "answer": lambda: text[:_OPENING_CHARS].lstrip() if self._answers and not self._by_a_person else "",
            "report": lambda: subject if self._is_a_servers(sent_empty=True) or self._reports else "",
            "failed": lambda: f"{subject}\n{text[:_BODY_CHARS]}" if self._is_a_servers() and self._reports else "",
            "postmaster": lambda: self._header("from") if self._is_a_servers() and self._reports else "",
            "machine": lambda: f"{subject}\n{text[:_BODY_CHARS]}" if self._is_a_machines and self._reports else "",
        }

    def of(self, place: str) -> str:
        """What is to be looked at: a header by its name; `subject` decoded; `away`, the same if no person asks; `parts`, the types of all
        parts; `body`, its beginning; `opening`, its first words if no person's program sent it, `absent`, the same below the subject, and
        `answer`, the same if it answers a mail; and of what reports a failure `report`, the subject, `failed`, subject and beginning, and
        `postmaster`, the sender, if that is a server, and `machine`, subject and beginning if a program sent it."""
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
    def _is_a_machines(self) -> bool:
        return bool(_MACHINE.search(self._header("from")))

    @cached_property
    def _answers(self) -> bool:
        return bool(self._header("in-reply-to") or self._header("references") or _ANSWERS.match(self._subject))

    @cached_property
    def _reports(self) -> bool:
        if self._by_a_person:
            return False
        head = self._text[:_REPORT_CHARS]
        if _ENCLOSED.search(self._types):
            return True
        if _ASKS.search(head[:_BODY_CHARS]):
            return False
        if _REPORTED.search(head):
            return True
        says = _SAYS_FAILED.search(f"{self._subject}\n{self._text[:_OPENING_CHARS]}")
        return self._is_a_servers() and bool(says and _NAMES_WHOM.search(head))


def header_text(headers: Mapping[str, list[bytes]], name: str) -> str:
    """All headers of a name, as sent, in one line."""
    return " ".join(raw.decode("latin-1") for raw in headers.get(name, []))[:_VALUE_CHARS]


def _type_of(part: Part) -> str:
    """The type of a part; of an answer to an invitation, that it is one."""
    kind = part.content_type.value
    is_reply = kind == "text/calendar" and part.content_type.params.get("method", "").lower() == "reply"
    return f"{kind}; reply" if is_reply else kind
