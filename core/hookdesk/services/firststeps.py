"""The first content of a new instance: statuses, priorities, roles, a department, and the administrator."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hookdesk.access import PERMISSIONS
from hookdesk.models import Agent, Department, Priority, Role, Status
from hookdesk.services import intake, people
from hookdesk.services.transaction import transact
from hookdesk.types.actors import Actor, ActorKind
from hookdesk.types.intake import InboundMessage

STATUSES = (
    ("open", "Open", "open"),
    ("pending", "Waiting for requester", "open"),
    ("solved", "Solved", "closed"),
    ("closed", "Closed", "closed"),
)
PRIORITIES = (("low", "Low", 40), ("normal", "Normal", 30), ("high", "High", 20), ("emergency", "Emergency", 10))
"""Their names are shown in each reader's language until somebody changes them: `hookdesk.names`."""
DEPARTMENT = "Support"
WELCOME = """Welcome to Hookdesk.

This ticket came in like any other: it was stored, screened, routed to a department and explained. Look at "Why here?" beside it.

Three things to try now:
1. Reply to this ticket, and choose the status that goes with the reply.
2. Write an internal note. It is tinted, and requesters never see it.
3. Open the admin panel and look at Plugins: each feature there can be switched off and on while people work.
"""

MANAGING = ("ticket.delete", "ticket.edit_entries")
"""What agents do not do to each other's work, unless their role says more than "Agent"."""


def basics() -> None:
    """Make statuses, priorities, roles and a department, where there are none yet. Calling it again changes nothing."""
    transact(_basics)


def _basics(session: Session) -> None:
    """What no ticket can do without."""
    if not session.scalar(select(func.count()).select_from(Status)):
        session.add_all(
            Status(key=key, look=key, name=name, state=state, position=place, is_default=key == "open")
            for place, (key, name, state) in enumerate(STATUSES)
        )
    if not session.scalar(select(func.count()).select_from(Priority)):
        session.add_all(
            Priority(key=key, look=key, name=name, rank=rank, is_default=key == "normal", is_public=key != "emergency")
            for key, name, rank in PRIORITIES
        )
    if not session.scalar(select(func.count()).select_from(Role)):
        everything = [name for name, _, _ in PERMISSIONS]
        session.add(Role(name="All access", permissions=everything))
        session.add(Role(name="Agent", permissions=[name for name in everything if name not in MANAGING]))
        session.add(Role(name="View and note", permissions=["ticket.note"]))
    if not session.scalar(select(func.count()).select_from(Department)):
        session.add(Department(name=DEPARTMENT, is_default=True))


def administrator(login: str, name: str, address: str) -> Agent:
    """The first administrator, in the first department, with every permission.

    Raises:
        PersonProblem: the login or address cannot be used.
    """

    def work(session: Session) -> Agent:
        department = session.scalar(select(Department).order_by(Department.is_default.desc(), Department.id).limit(1))
        role = session.scalar(select(Role).order_by(Role.id).limit(1))
        assert department is not None  # basics() made both
        assert role is not None
        return people.create_agent(
            session,
            login=login,
            name=name,
            address=address,
            department_id=department.id,
            role_id=role.id,
            is_admin=True,
        )

    return transact(work)


def welcome_ticket(address: str) -> None:
    """A first ticket that explains itself, taken in by the same road as every other."""
    message = InboundMessage(
        channel="portal",
        sender_address=address,
        sender_name="Hookdesk",
        subject="Welcome to your helpdesk",
        text=WELCOME,
    )
    intake.submit(message, Actor(kind=ActorKind.SYSTEM, name="Hookdesk"))
