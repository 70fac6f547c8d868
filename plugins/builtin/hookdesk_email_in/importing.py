"""Taking in mails that lie in files. Each is committed before the next is read, and known by its bytes: who starts again goes on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable

from sqlalchemy import select

from hookdesk.api import IntakeRecord, Outcome, reading, release
from hookdesk_email_in.archives import Archived
from hookdesk_email_in.services import take

KNOWN = "known"
OUTCOMES = (Outcome.TICKET, Outcome.REPLY, Outcome.REJECTED, Outcome.QUARANTINED, Outcome.PENDING, KNOWN)
"""What a mail that was imported may come to; `known` has been imported before."""


def take_in(mail: Archived, *, source: str, mailbox: str = "", is_quiet: bool = True) -> str:
    """Take one mail in and bring it to its end: which of OUTCOMES it was."""
    name = f"import:{hashlib.sha256(mail.raw).hexdigest()}"
    taken = take(
        mail.raw, mailbox=mailbox, source=source, dedupe=name, is_cut=mail.is_cut, is_quiet=is_quiet, process=True
    )
    if taken is None:
        return KNOWN
    release()
    return str(reading().scalar(select(IntakeRecord.outcome).where(IntakeRecord.id == taken)))


def take_all(
    mails: Iterable[Archived],
    told: Callable[[Archived, str], bool],
    *,
    source: str,
    mailbox: str = "",
    is_quiet: bool = True,
) -> Counter[str]:
    """Take mails in, one after the other; how many came to what. `told` hears of each, and says whether to go on."""
    counted: Counter[str] = Counter()
    for mail in mails:
        outcome = take_in(mail, source=source, mailbox=mailbox, is_quiet=is_quiet)
        counted[outcome] += 1
        if not told(mail, outcome):
            break
    return counted
