"""Which account carries whose mails at the moment, and how each account does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from hookdesk.api import clock, log, reading
from hookdesk_email_out import alarms
from hookdesk_email_out.accounts import store
from hookdesk_email_out.models import Account, Mail

FALLS_BACK_AFTER = 2
"""So many failures in a row, half a minute after the first: a server that is started anew keeps its mails."""
LONGEST_REST = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Route:
    """An account with those whose mails it carries: itself, and, if it is the default one, whoever has no server or is away."""

    carrier: Account
    carried: Sequence[int]

    @property
    def is_theirs(self) -> ColumnElement[bool]:
        """Mails that it carries."""
        theirs = Mail.account_id.in_(self.carried)
        return or_(theirs, Mail.account_id.is_(None)) if self.carrier.is_default else theirs


def routes() -> Sequence[Route]:
    """Every account that is not at rest, with what it carries."""
    now = clock.now()
    accounts = store.everyone()
    usable = [one for one in accounts if one.is_active and one.host and not is_resting(one)]
    stranded = [one.id for one in accounts if one not in usable and _may_fall_back(one)]
    return [
        Route(one, [one.id, *(stranded if one.is_default else ())])
        for one in usable
        if one.away_until is None or one.away_until <= now
    ]


def is_resting(account: Account) -> bool:
    """True while an account is left alone after a failure."""
    return account.away_until is not None and account.away_until > clock.now()


def _may_fall_back(account: Account) -> bool:
    """True for an account that has no server at all, and for one that has been away for a while and may be stood in for."""
    has_none = not account.is_active or not account.host
    return has_none or (account.falls_back and account.failures >= FALLS_BACK_AFTER)


def is_due() -> ColumnElement[bool]:
    """Mails that wait and are due, and those whose lease ran out because their sender died."""
    return Mail.state.in_(("waiting", "sending")) & (Mail.due_at <= clock.now())


def has_due(route: Route) -> bool:
    """True if there is something to carry."""
    return reading().scalar(select(Mail.id).where(is_due(), route.is_theirs).limit(1)) is not None


def due_ids(route: Route, most: int) -> Sequence[int]:
    """The ids of what there is to carry, oldest first."""
    asked = select(Mail.id).where(is_due(), route.is_theirs).order_by(Mail.due_at, Mail.id)
    return list(reading().scalars(asked.limit(most)))


def reserve(session: Session, account_id: int, wanted: int) -> int:
    """How many of so many mails may leave by an account in this minute of its own; they are counted as if they had."""
    row = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if row is None or not row.per_minute:
        return wanted
    now = clock.now()
    if (
        row.minute_at is None or not row.minute_at <= now < row.minute_at + MINUTE
    ):  # it may lie ahead: clocks are set back
        row.minute_at, row.minute_count = now, 0
    allowed = max(min(wanted, row.per_minute - row.minute_count), 0)
    row.minute_count += allowed
    return allowed


def worked(session: Session, account: Account) -> None:
    """Its server took a mail. Who was told that it had stopped is told that it works again."""
    row = session.get(Account, account.id)
    if row is not None and row.failures >= alarms.AFTER:
        row.error = ""
        alarms.changed(session, row, is_well=True)
    told = {"worked_at": clock.now(), "failures": 0, "away_until": None, "error": ""}
    session.execute(update(Account).where(Account.id == account.id).values(**told))


def failed(session: Session, account_id: int, error: str) -> None:
    """Its server is away, or refuses us: it rests, longer after each failure in a row, and its mails wait without a mark."""
    row = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if row is None:
        return
    row.failures += 1
    row.failed_at, row.error = clock.now(), error[:1000]
    row.away_until = row.failed_at + min(timedelta(seconds=30 * 2 ** min(row.failures - 1, 10)), LONGEST_REST)
    if row.failures == FALLS_BACK_AFTER:
        log.write(session, "warning", "email_out", f"the mail account {row.name} does not work: {row.error}")
    if row.failures == alarms.AFTER:
        alarms.changed(session, row, is_well=False)
