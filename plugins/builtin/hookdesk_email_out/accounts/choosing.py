"""Which account a mail leaves by, and from which an agent may write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hookdesk.api import Department, TicketView, cached, reading
from hookdesk_email_out.accounts import store
from hookdesk_email_out.models import Account

NOWHERE = "localhost"


@dataclass(frozen=True, slots=True)
class Choice:
    """An account that an agent may write from: its reference, and what the composer calls it."""

    ref: str
    label: str

    @property
    def pair(self) -> tuple[str, str]:
        """As a menu takes it."""
        return self.ref, self.label


def usual(ticket: TicketView, accounts: Sequence[Account], department_ref: str | None = None) -> Account | None:
    """The account of a ticket: its topic's, else its department's, else the default one; None where there is none at all.

    `department_ref` is what the department keeps, if that is known already.
    """
    if len(accounts) < 2:
        return default(accounts)
    known = {one.id: one for one in accounts if one.is_active}
    topic = store.of_topic(ticket.topic_ref) if ticket.topic_ref else None
    if topic in known:
        return known[topic]
    if department_ref is None:
        asked = select(Department.mail_account_ref).where(Department.id == ticket.department_id)
        department_ref = reading().scalar(asked)
    own = store.id_of(department_ref or "")
    return known.get(own or 0) or default(accounts)


def for_alerts(accounts: Sequence[Account]) -> Account | None:
    """The account that agents are told over: the one for alerts, else the default one."""
    return next((one for one in accounts if one.is_alert and one.is_active), None) or default(accounts)


def chosen(
    ref: str, ticket: TicketView, accounts: Sequence[Account], department_ref: str | None = None
) -> Account | None:
    """The account that an agent chose, if agents may choose it; else the usual one of the ticket."""
    wanted = store.id_of(ref)
    found = next((one for one in accounts if one.id == wanted and one.is_active and one.is_offered), None)
    return found or usual(ticket, accounts, department_ref)


def offered(ticket: TicketView) -> Sequence[Choice]:
    """From which addresses a reply may be sent, the usual one first; nothing where there is no choice."""
    if not cached("email_out.offers", _offers_any):  # each ticket's page asks, and most sites have no such account
        return []
    accounts = store.everyone()
    first = usual(ticket, accounts)
    if first is None:
        return []
    others = [one for one in accounts if one.is_active and one.is_offered and one.id != first.id]
    return (
        [Choice("" if one is first else store.ref_of(one.id), one.address) for one in (first, *others)]
        if others
        else []
    )


def _offers_any() -> bool:
    """Whether agents may write from any account."""
    return any(one.is_active and one.is_offered for one in store.everyone())


def host_of(account: Account | None) -> str:
    """The right side of Message-IDs of mails that leave by an account."""
    return account.address.rpartition("@")[2] if account is not None else NOWHERE


def default(accounts: Sequence[Account]) -> Account | None:
    """The default account."""
    return next((one for one in accounts if one.is_default), None)
