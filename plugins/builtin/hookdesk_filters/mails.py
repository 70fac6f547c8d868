"""Mails that rules send: about a new ticket, and to whoever was turned away. Each is promised once, whatever happens twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import (
    CoreSettings,
    Event,
    NotFound,
    NotificationHooks,
    TicketView,
    access_ticket,
    clock,
    people,
    reading,
    shown_name,
    site,
    system,
)
from hookdesk_filters.hookspecs import FilterHooks
from hookdesk_filters.models import Hit, Version
from hookdesk_filters.rules import known_actions

REQUESTER = "requester"
MOST_RECIPIENTS = 20
NAMES = ("number", "subject", "requester", "address", "department", "priority", "status", "site")
_NAME = re.compile(r"\{\{\s*(?:ticket\.)?([\w.]*)\s*\}\}")


def shown() -> list[str]:
    """The names that a mail's words may have, as they are written."""
    return [f"{{{{ {name} }}}}" for name in NAMES]


def check(values: Mapping[str, Any]) -> str:
    """What is wrong with a mail's recipients and words."""
    wanted = _recipients(values)
    if not 0 < len(wanted) <= MOST_RECIPIENTS:
        return str(_("name 1 to %(most)s recipients", most=MOST_RECIPIENTS))
    wrong = [one for one in wanted if one != REQUESTER and not people.normal_address(one)]
    if wrong:
        return str(_("%(address)s is no e-mail address", address=wrong[0][:100]))
    unknown = [name for key in ("subject", "body") for name in _NAME.findall(values[key]) if name not in NAMES]
    return str(_("there is no variable %(name)s", name=unknown[0][:60])) if unknown else ""


def warn(values: Mapping[str, Any]) -> str:
    """A mail to the site itself would open a ticket, and that one perhaps another mail."""
    own = {one for one in _own_addresses() if one}
    looping = [one for one in _recipients(values) if people.normal_address(one) in own]
    return str(_("a mail loop: %(address)s is an address of this site", address=looping[0])) if looping else ""


def _own_addresses() -> set[str]:
    """Addresses at which new tickets arrive, as far as the plugins for mail say."""
    return {people.normal_address(one) for one in site().hooks.collect(FilterHooks.own_addresses)}


def _recipients(values: Mapping[str, Any]) -> list[str]:
    """Who is to be told."""
    return [one.strip() for one in re.split(r"[,;\s]+", values["to"]) if one.strip()]


def about_ticket(event: Event, values: Mapping[str, Any]) -> None:
    """Send the mail of a rule about the ticket of `ticket_created`; nothing if the ticket is gone meanwhile."""
    if event.name != "ticket_created":
        return
    try:
        ticket = access_ticket(system("filters"), event.ticket_id)
    except NotFound:
        return
    address = people.primary_address(ticket.user_id)
    words = _words(ticket, address)
    public = {**words, "department": people.public_department(ticket.department_id)}
    for one in dict.fromkeys(_recipients(values)):
        to = address if one == REQUESTER else people.normal_address(one)
        if to:
            # once an hour to the requester of whichever ticket: a machine that does not say that it is one would answer for ever
            once = f"{event.happened_at:%Y-%m-%d %H}" if one == REQUESTER else event.key
            key = f"filters:{_digest(once, to, values['subject'])}"
            told = public if to == address else words
            _send(key, to, _filled(values["subject"], told), _filled(values["body"], told))


def _words(ticket: TicketView, address: str) -> dict[str, str]:
    """What a mail may say of a ticket."""
    return {
        "number": ticket.number, "subject": ticket.subject, "requester": ticket.requester, "address": address,
        "department": ticket.department_name, "priority": shown_name(ticket.priority_name), "status": shown_name(ticket.status_name),
        "site": site().settings.get("core", CoreSettings).site_name,
    }  # fmt: skip


def _filled(text: str, words: Mapping[str, str]) -> str:
    """A text with its variables; what they hold is not looked at again."""
    return _NAME.sub(lambda found: words.get(found[1], found[0]), text)


def about_refusal(event: Event, values: Mapping[str, Any]) -> None:
    """Tell whoever sent a mail that was turned away, once a day at most: a machine would answer for ever."""
    sender = people.normal_address(str(event.data.get("sender") or ""))
    if event.data.get("channel") != "email" or not values.get("mail") or not values.get("told") or not sender:
        return
    key = f"filters:{_digest(sender, clock.now().date().isoformat(), values['told'])}"
    _send(key, sender, str(_("Your message was not taken")), values["told"])


def _send(key: str, address: str, subject: str, text: str) -> None:
    """Promise a mail; where nobody mails, nothing is sent."""
    site().hooks.first(NotificationHooks.mail_secret, key=key, address=address, name="", subject=subject, text=text)


def _digest(*parts: str) -> str:
    """A short name for what is promised once."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


def follow_up(event: Event) -> None:
    """Let the actions of the rules that matched do what comes after the commit; old mail that is filed later concerns nobody."""
    if event.data.get("quiet"):
        return
    about = Hit.ticket_id == event.data.get("ticket_id")
    if event.name == "intake_settled":
        about = (Hit.intake_id == event.data["intake_id"]) & Hit.ticket_id.is_(None)
    asked = (
        select(Version.actions)
        .join(Hit, (Hit.rule_id == Version.rule_id) & (Hit.version == Version.number))
        .where(about)
        .order_by(Hit.id)
    )
    known = known_actions()
    for actions in reading().scalars(asked):
        for item in actions:
            action = known.get(item["do"])
            if action is not None and action.after is not None:
                action.after(event, item["with"])
