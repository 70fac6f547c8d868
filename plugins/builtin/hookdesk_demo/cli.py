"""What `hookdesk seed` calls."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from hookdesk.api import Ticket, reading, release
from hookdesk_demo import bulk
from hookdesk_demo import demo as made


def seed(*, tickets: int, seed: int, demo: bool, force: bool, say: Callable[[str], None]) -> str:
    """Make up tickets in the present application context; why nothing was made, or "".

    A site that has more than its welcome ticket is left alone unless `force` says otherwise.
    """
    present = reading().scalar(select(func.count()).select_from(select(Ticket.id).limit(1000).subquery())) or 0
    release()
    if present > 1 and not force:
        return (
            f"This site has {'over ' * (present == 1000)}{present} tickets. Choose an empty instance, or add --force."
        )
    if demo:
        made.make(seed, say)
    else:
        bulk.seed(tickets, seed, say)
    return ""
