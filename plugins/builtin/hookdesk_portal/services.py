"""What the portal hands over to core: new tickets, answers, and mailed links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    ActorKind,
    CoreSettings,
    Event,
    Forbidden,
    InboundFile,
    InboundMessage,
    NotFound,
    NotificationHooks,
    Settled,
    Ticket,
    TicketView,
    access_number,
    access_ticket,
    clock,
    emit,
    intake,
    log,
    people,
    site,
    system,
    transact,
)
from hookdesk_portal import links
from hookdesk_portal.models import EndedLinks

LINK_EVERY = timedelta(minutes=10)


def open_ticket(actor: Actor, message: InboundMessage, address: str, files: Sequence[str] = ()) -> Settled:
    """Take in a new ticket from the form; `address` is the visitor's, for the ledger, `files` are hashes that its fields refer to.

    Raises:
        NoStorage, OSError: its files cannot be kept at the moment; nothing was stored.
    """
    return intake.submit(message, actor, {"address": address}, files=files)


def answer(actor: Actor, ticket: TicketView, text: str, files: tuple[InboundFile, ...], address: str) -> Settled:
    """Take in what a participant wrote on the ticket's page. The caller has let the guard check that they may.

    Raises:
        NoStorage, OSError: as above.
    """
    message = InboundMessage(
        channel="web",
        sender_address=people.primary_address(actor.user_id or 0),
        sender_name=actor.name,
        subject=ticket.subject,
        text=text,
        files=files,
        ticket_id=ticket.id,
    )
    return intake.submit(message, actor, {"address": address})


def can_mail() -> bool:
    """True if a plugin is there that mails links."""
    return bool(site().hooks.implementations("mail_secret"))


def request_link(number: str, address: str) -> None:
    """Promise a link to a ticket. Nothing is looked up here, so that no answer tells which tickets there are."""
    data = {"number": number.strip().lstrip("#").strip()[:40], "address": people.normal_address(address)}
    transact(lambda session: emit(session, "ticket_link_requested", data))


def mail_link(event: Event) -> None:
    """Mail the link if the address belongs to a participant of the ticket, at most one in ten minutes.

    Raises:
        RuntimeError: no plugin could take the mail; the event is delivered again later.
    """
    person = people.find_user(str(event.data["address"]))
    try:
        ticket = access_number(system("portal"), str(event.data["number"]))
    except NotFound:
        return
    if person is None or person.is_banned or not people.is_participant(ticket.id, ticket.user_id, person.user_id):
        return
    if not can_mail():
        told = "A link to a ticket was asked for, but no plugin that sends mail is switched on."
        transact(lambda session: log.write(session, "warning", "portal", told))
        return
    slot = int(event.happened_at.timestamp() // LINK_EVERY.total_seconds())
    subject, text = _words(ticket, links.address(ticket.id, person.user_id, person.address))
    key = f"portal.link.{ticket.id}.{person.user_id}.{slot}.{links.times_ended(ticket.id)}"
    if not site().hooks.first(
        NotificationHooks.mail_secret, key=key, address=person.address, name=person.name, subject=subject, text=text
    ):
        raise RuntimeError("no plugin could take the mail with the link")


def _words(ticket: TicketView, url: str) -> tuple[str, str]:
    """Subject and text of the mail."""
    name = site().settings.get("core", CoreSettings).site_name
    text = _(
        "Here is the link to your ticket %(number)s:\n\n%(url)s\n\n"
        "It works for 30 days, for whoever has it; pass it on to nobody who should not read the ticket.\n\n"
        "If you did not ask for it, there is nothing to do.",
        number=ticket.number,
        url=url,
    )
    return _("Your ticket %(number)s at %(name)s", number=ticket.number, name=name), text


def follow(token: str) -> tuple[TicketView, int] | None:
    """The ticket behind a mailed link and the user whom it admits.

    None if the link is forged or too old, the ticket is gone, or the person takes no part in it any more.
    """
    link = links.read(token)
    if link is None:
        return None
    try:
        ticket = access_ticket(system("portal"), link.ticket_id)
    except NotFound:
        return None
    return (ticket, link.user_id) if people.is_participant(ticket.id, ticket.user_id, link.user_id) else None


def goes_on(actor: Actor, ticket: TicketView) -> TicketView | None:
    """The ticket into which another was merged; None if it was not, or the actor takes no part there: a merge opens nothing to others."""
    if ticket.merged_into_id is None:
        return None
    try:
        return access_ticket(actor, ticket.merged_into_id)
    except NotFound:
        return None


def is_visible(actor: Actor, ticket: TicketView) -> bool:
    """What the guard says of an actor and a ticket."""
    try:
        access_ticket(actor, ticket.id)
    except NotFound:
        return False
    return True


def end_links(actor: Actor, ticket: TicketView) -> None:
    """Make all links worthless that were mailed about a ticket so far, and let out who is there by one.

    Raises:
        Forbidden: a requester who did not ask it. That they see it, and an agent's permission, is for the caller to check.
    """
    if not actor.is_agent and actor.user_id != ticket.user_id:
        raise Forbidden("ticket.edit")

    def work(session: Session) -> None:
        row = session.get(EndedLinks, ticket.id, with_for_update=True) or EndedLinks(ticket_id=ticket.id, times=0)
        row.times, row.ended_at = row.times + 1, clock.now()
        session.add(row)
        log.write(session, "info", "portal", f"{actor.name} ended the mailed links to ticket {ticket.number}")

    transact(work, race=True)


def still_admitted(actor: Actor) -> ColumnElement[bool] | None:
    """What must hold of a ticket that somebody sees by a mailed link: its links were not ended since they followed it."""
    if actor.kind is not ActorKind.GUEST:
        return None
    ended = select(EndedLinks.ticket_id).where(EndedLinks.ticket_id == Ticket.id)
    if actor.confirmed_at is not None:
        ended = ended.where(EndedLinks.ended_at >= actor.confirmed_at)
    return ~ended.exists()
