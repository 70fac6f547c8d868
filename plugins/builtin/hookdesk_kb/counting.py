"""What readers do is counted, and nothing of who they are: views, and what comes of articles that are suggested on the ticket form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import clock, reading, transact
from hookdesk_kb.models import Article, Day

STEPS = ("shown", "read", "solved")
DAYS = 30


def viewed(article_id: int, times: int = 1) -> None:
    """Somebody read an article, or somebody counted so many readers elsewhere."""
    more = update(Article).where(Article.id == article_id).values(views=Article.views + times)
    transact(lambda session: session.execute(more))


def count(step: str, article_ids: Sequence[int], *, is_first: bool) -> None:
    """On a form for a new ticket, these articles were "shown", one was "read", or one "solved" it; `is_first`: of that form."""

    def work(session: Session) -> None:
        session.execute(_more(getattr(Article, step)).where(Article.id.in_(article_ids)))
        if is_first:
            today = clock.now().date()
            day = session.get(Day, today, with_for_update=True) or Day(day=today, shown=0, read=0, solved=0)
            setattr(day, step, getattr(day, step) + 1)
            session.add(day)

    transact(work, race=True)


def _more(column: Any) -> Any:
    """One more in a column of counters."""
    return update(Article).values({column: column + 1})


def lately() -> Row[Any]:
    """Forms of the last 30 days: on how many articles were shown, one was read, one solved it."""
    since = clock.now().date() - timedelta(days=DAYS)
    sums = (func.coalesce(func.sum(getattr(Day, step)), 0).label(step) for step in STEPS)
    return reading().all(select(*sums).where(Day.day > since))[0]


def best(most: int = 20) -> Sequence[Row[Any]]:
    """The articles that were suggested most: id, and their counters."""
    asked = select(Article.id, Article.shown, Article.read, Article.solved).where(Article.shown > 0)
    return reading().all(asked.order_by(Article.solved.desc(), Article.read.desc(), Article.shown.desc()).limit(most))


def popular(most: int = 50) -> Sequence[int]:
    """The ids of the articles that were read most, whoever may read them."""
    asked = select(Article.id).where(Article.views > 0, Article.state == "published")
    return list(reading().scalars(asked.order_by(Article.views.desc(), Article.id).limit(most)))


def of(article_id: int) -> Row[Any] | None:
    """An article's counters."""
    names = ("views", "helpful", "unhelpful", *STEPS)
    return reading().first(select(*(getattr(Article, name) for name in names)).where(Article.id == article_id))
