"""Finding words, and remembering what they caught."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from hookdesk.api import Event, InboundMessage, reading, transact
from hookdesk_spam_words.models import Hit

MOST_CHARACTERS = 200_000
REASON = "contains the spam word "


def find(words: Iterable[str], message: InboundMessage) -> str:
    """The first listed word that stands in the subject or the text, in any case; "" if none does."""
    text = f"{message.subject}\n{message.text or message.html}"[:MOST_CHARACTERS].casefold()
    return next((word for word in words if word and word.casefold() in text), "")


def remember(event: Event) -> None:
    """Keep a row for a message that this plugin had quarantined."""
    reason = str(event.data["reason"])
    if event.data["outcome"] != "quarantined" or not reason.startswith(REASON):
        return

    def work(session: Session) -> None:
        if session.get(Hit, event.data["intake_id"]) is None:
            session.add(
                Hit(
                    intake_id=event.data["intake_id"],
                    word=reason.removeprefix(REASON)[:200],
                    sender=str(event.data["sender"])[:320],
                    created_at=event.happened_at,
                )
            )

    transact(work, race=True)


def by_word() -> Sequence[Row[Any]]:
    """Word, how often it caught something, and when last; the busiest 100."""
    count = func.count().label("hits")
    asked = select(Hit.word, count, func.max(Hit.created_at).label("last")).group_by(Hit.word)
    return reading().all(asked.order_by(count.desc(), Hit.word).limit(100))


def caught_of(address: str) -> int:
    """How many messages of a sender were caught, counted no further than 100."""
    asked = select(Hit.intake_id).where(Hit.sender == address.lower()).limit(100).subquery()
    return int(reading().scalar(select(func.count()).select_from(asked)) or 0)
