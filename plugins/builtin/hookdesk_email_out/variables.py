"""What templates may say: names, what each stands for, and the classes of the values behind those with parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from hookdesk.api import NotificationHooks, site

VARIABLES: Mapping[str, str] = {
    "number": _l("The ticket's number"),
    "subject": _l("Its subject"),
    "status": _l("Its status"),
    "priority": _l("Its priority"),
    "department": _l("Its department; nothing where requesters shall not know it"),
    "requester": _l("Who asked"),
    "recipient": _l("Who gets the mail"),
    "author": _l("Who wrote what the mail is about, by the name that the recipient may know"),
    "text": _l("What they wrote"),
    "quoted": _l("The same as a quotation"),
    "signature": _l("What stands below an agent's words"),
    "headline": _l("An alert's first line"),
    "site_name": _l("The name of the helpdesk"),
    "url": _l("The recipient's own link to the ticket"),
    "ticket.id": _l("The ticket's number inside the database"),
    "ticket.number": _l("The ticket's number"),
    "ticket.subject": _l("Its subject"),
    "ticket.status": _l("Its status"),
    "ticket.state": _l("open or closed"),
    "ticket.priority": _l("Its priority"),
    "ticket.department": _l("Its department; nothing where requesters shall not know it"),
    "ticket.topic": _l("Its help topic"),
    "ticket.organization": _l("The requester's organization"),
    "ticket.assignee": _l("The agent who has it, by the name that the recipient may know"),
    "ticket.team": _l("The team that has it; agents alone are told"),
    "ticket.assigned": _l("The agent who has it, else the team"),
    "ticket.source": _l("How it came in"),
    "ticket.created": _l("When it came in"),
    "ticket.updated": _l("When somebody last wrote"),
    "ticket.due": _l("When it is due; nothing if it is not"),
    "ticket.closed": _l("When it was closed; nothing while it is open"),
    "ticket.name": _l("Who asked"),
    "ticket.first_name": _l("The first word of that name"),
    "ticket.last_name": _l("Its last word"),
    "ticket.email": _l("The requester's address"),
    "ticket.phone": _l("The requester's telephone number"),
    "recipient.name": _l("Who gets the mail"),
    "recipient.first_name": _l("The first word of that name"),
    "recipient.last_name": _l("Its last word"),
    "recipient.email": _l("The address that the mail goes to"),
    "message.text": _l("What was written"),
    "message.html": _l("The same, formatted; for the HTML version"),
    "message.author": _l("Who wrote it"),
    "message.created": _l("When"),
    "message.quoted": _l("The same as a quotation"),
    "site.name": _l("The name of the helpdesk"),
    "site.url": _l("Its address"),
}
"""Name → what it stands for, in the order in which the editor lists them."""


def variables() -> dict[str, str]:
    """These, and the fields that plugins add."""
    added = site().hooks.collect(NotificationHooks.message_values, ticket=None, for_agent=True)
    return {**VARIABLES, **{f"fields.{one.name}": one.label for one in added}}


def tree(names: Iterable[str]) -> dict[str, Any]:
    """Names as a tree: None where one ends."""
    found: dict[str, Any] = {}
    for name in names:
        first, _dot, rest = name.partition(".")
        found.setdefault(first, {} if rest else None)
        if rest:
            parts = found[first] if isinstance(found[first], dict) else {}
            found[first] = {**parts, rest: None}
    return found


def written(name: str) -> str:
    """A name as templates write it: what is no name to Jinja stands in brackets."""
    first, _dot, rest = name.partition(".")
    return name if all(part.isidentifier() for part in name.split(".")) else f'{first}["{rest}"]'


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody: printed, their name."""

    name: str
    email: str = ""

    @property
    def first_name(self) -> str:
        """The first word of the name."""
        return self.name.partition(" ")[0]

    @property
    def last_name(self) -> str:
        """The last word of the name, "" if it is one alone."""
        return self.name.rpartition(" ")[2] if " " in self.name else ""

    def __str__(self) -> str:
        """The name."""
        return self.name


class Values:
    """Values by name. Those given as functions are looked up when a template asks for them, once."""

    def __init__(self, shown: str, **values: Any) -> None:
        """`shown` is what the whole is printed as."""
        self._shown, self._values = shown, values

    def having(self, shown: str, **values: Any) -> Values:
        """A copy in which some are others."""
        return Values(shown, **{**self._values, **values})

    def __str__(self) -> str:
        """In one word."""
        return self._shown

    def __getitem__(self, name: str) -> Any:
        """One of them."""
        value = self._values[name]
        if callable(value):
            value = self._values[name] = value()
        return value


class Fields:
    """Values by name, all looked up when a template asks for the first."""

    def __init__(self, look: Callable[[], Mapping[str, str]]) -> None:
        """`look` finds them."""
        self._look = look
        self._found: Mapping[str, str] | None = None

    def __getitem__(self, name: str) -> str:
        """One of them."""
        if self._found is None:
            self._found = self._look()
        return self._found[name]
