"""Checking what came back, once each."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hookdesk.api import clock, reading, release, site, transact
from hookdesk_proof_of_work import puzzle
from hookdesk_proof_of_work.models import Used

CHALLENGE, ANSWER = "proof_challenge", "proof_answer"
HOUR = timedelta(hours=1)
BATCH = 500


def problem(form: str, given: Mapping[str, str], address: str, unsolved_an_hour: int) -> str:
    """What to tell the person; "" if the form may be taken. The challenge is used up by that.

    Where no script ran there is no solution: then so many messages an hour are taken from one network.
    """
    asked = puzzle.read(form, given.get(CHALLENGE, ""))
    if asked is None:
        return str(_("This page was open for too long, or was sent twice. Send it once more."))
    solved = puzzle.is_solved(asked, given.get(ANSWER, ""))
    outcome = transact(
        lambda session: _use(session, asked.nonce, solved, _sender(address), unsolved_an_hour), race=True
    )
    if outcome == "used":
        return str(_("This page was open for too long, or was sent twice. Send it once more."))
    if outcome == "too many":
        return str(
            _(
                "Too much came from your network without the calculation that browsers do here. Allow JavaScript, or try again in an hour."
            )
        )
    return ""


def _use(session: Session, nonce: str, solved: bool, sender: str, most: int) -> str:
    """Use a challenge up: "", or why it counts no more."""
    if session.get(Used, nonce) is not None:
        return "used"
    if not solved:
        recent = select(Used.nonce).where(Used.sender == sender, ~Used.is_solved, Used.used_at > clock.now() - HOUR)
        if int(session.scalar(select(func.count()).select_from(recent.limit(most).subquery())) or 0) >= most:
            return "too many"
    session.add(Used(nonce=nonce, sender=sender, is_solved=solved, used_at=clock.now()))
    session.flush()
    return ""


def _sender(address: str) -> str:
    """The network of an address, unreadable: a whole /64 in IPv6, for that is what one household or server gets (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address)
        network = str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
    except ValueError:
        network = address
    return site().keys.sign("proof-of-work-sender", network, 26)


def clean_up() -> int:
    """Forget challenges that are too old to come back, at most 500; how many."""
    old = list(reading().scalars(select(Used.nonce).where(Used.used_at < clock.now() - puzzle.LIFETIME).limit(BATCH)))
    release()
    if old:
        transact(lambda session: session.execute(delete(Used).where(Used.nonce.in_(old))))
    return len(old)
