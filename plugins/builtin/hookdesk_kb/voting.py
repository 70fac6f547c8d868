"""Did it help? One answer a person, or a browser; they may change their mind."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import MutableMapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, clock, reading, transact
from hookdesk_kb.models import Article, Vote

MOST_COMMENT = 2000
_COOKIE = "kb_voter"


def voter(actor: Actor, cookie: MutableMapping[str, Any]) -> str:
    """Who votes: a person, else this browser, which gets a number of its own the first time it votes."""
    if actor.user_id is not None:
        return f"u{actor.user_id}"
    known = cookie.setdefault(_COOKIE, secrets.token_urlsafe(12))
    return hashlib.sha256(known.encode()).hexdigest()


def known_voter(actor: Actor, cookie: MutableMapping[str, Any]) -> str:
    """The same for who has voted before; "" for everybody else."""
    return voter(actor, cookie) if actor.user_id is not None or _COOKIE in cookie else ""


def vote(
    actor: Actor, who: str, article_id: int, *, is_helpful: bool, comment: str | None = None, locale: str = ""
) -> None:
    """Store an answer in place of an earlier one; a `comment` of None leaves what was said before."""

    def work(session: Session) -> None:
        row = session.get(Vote, (article_id, who), with_for_update=True)
        if row is None:
            row = Vote(article_id=article_id, voter=who, user_id=actor.user_id)
        row.is_helpful, row.locale, row.voted_at = is_helpful, locale, clock.now()
        if comment is not None:
            row.comment = comment[:MOST_COMMENT]
        session.add(row)
        session.flush()
        _recount(session, [article_id])

    transact(work, race=True)


def _recount(session: Session, article_ids: Sequence[int]) -> None:
    """Bring the counters of articles up to what was voted."""
    for article_id in article_ids:
        mine = select(func.count()).select_from(Vote).where(Vote.article_id == article_id)
        counts = {
            Article.helpful: session.scalar(mine.where(Vote.is_helpful)),
            Article.unhelpful: session.scalar(mine.where(~Vote.is_helpful)),
        }
        session.execute(update(Article).where(Article.id == article_id).values(counts))


def own(article_id: int, who: str) -> Row[Any] | None:
    """What somebody answered: `is_helpful`, `comment`."""
    if not who:
        return None
    mine = (Vote.article_id == article_id, Vote.voter == who)
    return reading().first(select(Vote.is_helpful, Vote.comment).where(*mine))


def comments(article_id: int, most: int = 50) -> Sequence[Row[Any]]:
    """What readers said, the newest first: `is_helpful`, `comment`, `locale`, `voted_at`."""
    asked = select(Vote.is_helpful, Vote.comment, Vote.locale, Vote.voted_at)
    said = asked.where(Vote.article_id == article_id, Vote.comment != "")
    return reading().all(said.order_by(Vote.voted_at.desc()).limit(most))


def records(user_id: int) -> list[dict[str, Any]]:
    """What is kept about a person."""
    asked = select(Vote.article_id, Vote.is_helpful, Vote.comment, Vote.voted_at).where(Vote.user_id == user_id)
    return [{**row._mapping, "voted_at": row.voted_at.isoformat()} for row in reading().all(asked)]


def forget(user_id: int) -> None:
    """Drop what a person said; the counters go down."""

    def work(session: Session) -> None:
        article_ids = session.scalars(select(Vote.article_id).where(Vote.user_id == user_id)).all()
        session.execute(delete(Vote).where(Vote.user_id == user_id))
        _recount(session, article_ids)

    transact(work)


def merge(survivor_id: int, merged_id: int) -> None:
    """Give the survivor what the other said, where they said nothing themselves."""

    def work(session: Session) -> None:
        own = set(session.scalars(select(Vote.article_id).where(Vote.user_id == survivor_id)))
        theirs = session.scalars(select(Vote.article_id).where(Vote.user_id == merged_id)).all()
        gone = [one for one in theirs if one in own]
        session.execute(delete(Vote).where(Vote.user_id == merged_id, Vote.article_id.in_(gone)))
        moved = update(Vote).where(Vote.user_id == merged_id)
        session.execute(moved.values(user_id=survivor_id, voter=f"u{survivor_id}"))
        _recount(session, gone)

    transact(work)
