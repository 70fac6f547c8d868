"""How connections are, for the pages and for whoever watches the site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import and_, func, or_, select

from hookdesk.api import Health, clock, reading
from hookdesk_mail_oauth.models import Connection

NAME = "mail sign-ins"
CONSENT_SOON, SECRET_SOON = timedelta(days=14), timedelta(days=30)


def secret_ends_at(connection: Connection) -> datetime | None:
    """The moment up to which the client secret counts, if an administrator has written it down."""
    day = connection.secret_ends_on
    return datetime.combine(day, time(), UTC) if day else None


def warnings(connection: Connection) -> list[str]:
    """What will stop this connection soon, in sentences."""
    found = []
    consent_ends_at = None if connection.state == "consent" else connection.refresh_ends_at
    if (days := _days_left(consent_ends_at, CONSENT_SOON)) is not None:
        found.append(
            ngettext(
                "The consent ends within %(num)d day: sign in at the provider again before.",
                "The consent ends within %(num)d days: sign in at the provider again before.",
                days,
            )
            if days > 0
            else _("The consent has ended: sign in at the provider again.")
        )
    if (days := _days_left(secret_ends_at(connection), SECRET_SOON)) is not None:
        found.append(
            ngettext(
                "The client secret ends within %(num)d day: make a new one at the provider, and enter it here.",
                "The client secret ends within %(num)d days: make a new one at the provider, and enter it here.",
                days,
            )
            if days > 0
            else _("The client secret has ended: make a new one at the provider, and enter it here.")
        )
    return found


def _days_left(moment: datetime | None, within: timedelta) -> int | None:
    """How many days are left, begun ones counted; 0 or less if it has passed, None if it is not near or not known."""
    left = moment - clock.now() if moment else None
    return None if left is None or left > within else -(-left // timedelta(days=1))


def health() -> Sequence[Health]:
    """Whether tokens can be had for all connections, and go on to be had."""
    now = clock.now()
    soon = or_(
        Connection.refresh_ends_at <= now + CONSENT_SOON, Connection.secret_ends_on <= (now + SECRET_SOON).date()
    )
    is_bad = Connection.state != "working"
    row = reading().first(
        select(
            func.count(),
            func.count().filter(is_bad),
            func.count().filter(and_(~is_bad, soon)),
        ).select_from(Connection)
    )
    count, bad, ending = row if row is not None else (0, 0, 0)
    if not count:
        return []
    told = [
        ngettext("%(num)d sign-in needs you", "%(num)d sign-ins need you", bad) if bad else "",
        ngettext("%(num)d sign-in ends soon", "%(num)d sign-ins end soon", ending) if ending else "",
    ]
    detail = "; ".join(filter(None, told))
    if detail:
        return [
            Health(NAME, "warning", _("%(what)s. See “Sign-in to mail providers” in the admin panel.", what=detail))
        ]
    return [Health(NAME, "ok", ngettext("%(num)d sign-in works", "%(num)d sign-ins work", count))]
