"""Our addresses are written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Department,
    NotFound,
    Priority,
    User,
    UserEmail,
    cached,
    log,
    participants,
    people,
    reading,
    system,
    tickets,
    transact,
)
from hookdesk_mail_addresses.models import Address, Referral

MOST = 1000
PREFIX = "mail_addresses:"


class AddressProblem(ValueError):
    """An address cannot be stored as asked, or not be deleted. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What an admin states about an address."""

    address: str
    name: str = ""
    department_id: int | None = None
    priority_id: int | None = None
    topic: str = ""
    answers: bool = True
    is_default: bool = False
    spoofed: str = "show"
    collaborators: str = "off"
    plus_addressing: bool = False
    notes: str = ""


def everything() -> Sequence[Any]:
    """All addresses, the default one first, with the names of where they lead, and whether that is in use."""
    columns = list(Address.__table__.columns)
    asked = select(
        *columns,
        Department.name.label("department"),
        func.coalesce(Department.is_active, False).label("department_works"),
        Priority.name.label("priority"),
        func.coalesce(Priority.is_active, False).label("priority_works"),
    )
    joined = asked.outerjoin(Department, Department.id == Address.department_id).outerjoin(
        Priority, Priority.id == Address.priority_id
    )
    return reading().all(joined.order_by(Address.is_default.desc(), Address.address).limit(MOST))


def kept() -> dict[str, Row[Any]]:
    """The same by address, kept between mails."""
    return cached("mail_addresses.all", lambda: {row.address: row for row in everything()})


def save(actor: Actor, values: Values, address_id: int | None = None) -> int:
    """Store a new address, or change one; its id. The first one is the default, and there is always one.

    Raises:
        AddressProblem: it is none, it is there already, or somebody has it.
        LookupError: there is no address with that id.
    """
    normal = people.normal_address(values.address)
    given = {**asdict(values), "address": normal}

    def work(session: Session) -> int:
        _check(session, normal, address_id)
        row = Address() if address_id is None else session.get(Address, address_id, with_for_update=True)
        if row is None:
            raise LookupError(f"there is no address {address_id}")
        others = select(Address.id).where(Address.is_default, Address.id != (address_id or 0))
        given["is_default"] = values.is_default or session.scalar(others.limit(1)) is None
        changes = {name: (getattr(row, name), value) for name, value in given.items() if getattr(row, name) != value}
        for name, value in given.items():
            setattr(row, name, value)
        session.add(row)
        session.flush()
        if row.is_default:
            session.execute(update(Address).where(Address.id != row.id, Address.is_default).values(is_default=False))
        if address_id is None or changes:
            log.changed(session, actor, "mail address", normal, changes, act="changed" if address_id else "created")
        return row.id

    return transact(work, race=True)


def _check(session: Session, normal: str, address_id: int | None) -> None:
    """Hold what the table cannot."""
    if not normal:
        raise AddressProblem("address", _("Write the whole address, as in help@example.org."))
    other = session.scalar(select(Address.id).where(Address.address == normal))
    if other is not None and other != address_id:
        raise AddressProblem("address", _("This address is among ours already."))
    owner = select(User.name).join(UserEmail, UserEmail.user_id == User.id).where(UserEmail.address == normal)
    if (name := session.scalar(owner)) is not None:
        words = _("%(name)s has this address. An address of ours is nobody's own: take it from them first.", name=name)
        raise AddressProblem("address", words)


def remove(actor: Actor, address_id: int) -> None:
    """Delete an address. Mail to it is then treated as mail to the default one.

    Raises:
        AddressProblem: it is the default one.
    """

    def work(session: Session) -> None:
        row = session.get(Address, address_id, with_for_update=True)
        if row is None:
            return
        if row.is_default:
            raise AddressProblem("is_default", _("The default address stays. Make another one the default first."))
        session.execute(delete(Address).where(Address.id == address_id))
        log.changed(session, actor, "mail address", row.address, {}, act="deleted", level="warning")

    transact(work)


def why_not(address: str) -> str | None:
    """Why nobody may have an address, or write as it: it is one of ours."""
    if people.normal_address(address) not in kept():
        return None
    return str(_("%(address)s is an address of this helpdesk itself.", address=address))


def ref_of(address_id: int) -> str:
    """How a trace names an address."""
    return f"{PREFIX}{address_id}"


def using(ref: str) -> list[Any]:
    """The addresses that name something; see the hook `reference_uses` for what `ref` is."""
    kind, _colon, number = ref.partition(":")
    column = {"department": "department_id", "priority": "priority_id"}.get(kind)
    if column:
        return [row for row in everything() if str(getattr(row, column)) == number]
    return [row for row in everything() if ref and row.topic == ref]


def refer(ticket_id: int) -> None:
    """Show a new ticket to the departments whose addresses its mail went to, too. Doing it again does no harm."""
    wanted = list(reading().scalars(select(Referral.department_id).where(Referral.ticket_id == ticket_id)))
    for department_id in wanted:
        try:
            participants.refer(system("mail_addresses"), ticket_id, "department", department_id)
        except (tickets.TicketProblem, NotFound):
            continue  # it has the ticket by now, is closed, or the ticket is gone
    if wanted:
        transact(lambda session: session.execute(delete(Referral).where(Referral.ticket_id == ticket_id)))
