"""Articles are written here; each save is a version."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Forbidden, NotFound, clock, fulltext, html_to_text, log, transact
from hookdesk_kb import files, pictures
from hookdesk_kb.access import MANAGE
from hookdesk_kb.models import Article, ArticleText, ArticleTopic, Category, Document, Version

MOST_HTML = 500_000
MOST_INDEXED = 200_000


class KbProblem(ValueError):
    """Something cannot be stored as asked. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Details:
    """What holds for an article in all its languages."""

    category_id: int
    state: str = "draft"
    publish_at: datetime | None = None
    is_featured: bool = False
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What an article says in one language: `html` as an editor sends it, cleaned here."""

    title: str
    html: str
    summary: str = ""
    keywords: str = ""


def allow(actor: Actor) -> None:
    """Hold that somebody may write in the knowledge base.

    Raises:
        Forbidden: they may not.
    """
    if not actor.may(MANAGE):
        raise Forbidden(MANAGE)


def save(
    actor: Actor,
    article_id: int | None,
    locale: str,
    details: Details,
    words: Words,
    *,
    goes_live: bool = True,
    added: Sequence[files.Added] = (),
    dropped: Collection[int] = (),
) -> int:
    """Store a new article, or change one in one language; its id. Without `goes_live`, readers keep what they have.

    `added` are files whose bytes are stored already; `dropped` ids of files that go.

    Raises:
        Forbidden, NotFound: as it says. KbProblem: there is no such category, it is too long, or files that stand below a text that is
            read already would change without it.
    """
    allow(actor)
    cleaned = pictures.stored(words.html)
    if len(cleaned) > MOST_HTML:
        raise KbProblem("html", _("This is too long. Make two articles of it, or add a file."))

    def work(session: Session) -> int:
        article, changes = _article(session, article_id, locale, details)
        text = _text(session, article.id, locale)
        if text is not None and not goes_live and (dropped or not all(one.placeholder for one in added)):
            raise KbProblem("files", _("Files below the text have no draft: readers would see the change at once."))
        html = files.add(session, article.id, locale, added, cleaned)
        files.drop(session, article.id, dropped)
        new = Words(words.title, html, words.summary, words.keywords)
        version = _version(session, actor, article.id, locale, new)
        if goes_live or text is None:
            changes |= _live(session, text, article, locale, version)
        act = "changed" if article_id else "created"
        if changes or not article_id:
            log.changed(session, actor, "article", words.title, changes, act=act)
        return article.id

    return transact(work)


def publish_changes(actor: Actor, article_id: int, locale: str, number: int | None = None) -> None:
    """Let readers have the newest version; or, as one more version, an old one.

    Raises:
        Forbidden, NotFound: as it says.
    """
    allow(actor)

    def work(session: Session) -> None:
        article = _locked(session, article_id)
        asked = select(Version).where(Version.article_id == article_id, Version.locale == locale)
        wanted = asked.where(Version.number == number) if number else asked.order_by(Version.number.desc()).limit(1)
        version = session.scalar(wanted)
        if version is None:
            raise NotFound("no such version")
        if number:
            old = Words(version.title, version.html, version.summary, version.keywords)
            version = _version(session, actor, article_id, locale, old)
        changes = _live(session, _text(session, article_id, locale), article, locale, version)
        log.changed(session, actor, "article", version.title, changes)

    transact(work)


def discard_changes(actor: Actor, article_id: int, locale: str) -> None:
    """Forget the versions that stand ahead of what readers see."""
    allow(actor)

    def work(session: Session) -> None:
        text = _text(session, _locked(session, article_id).id, locale)
        if text is not None:
            ahead = delete(Version).where(Version.article_id == article_id, Version.locale == locale)
            session.execute(ahead.where(Version.number > text.version))

    transact(work)


def remove(actor: Actor, article_id: int, locale: str = "") -> None:
    """Delete an article; or, given a language that is not its first, that translation."""
    allow(actor)

    def work(session: Session) -> None:
        article = _locked(session, article_id)
        mine = (ArticleText.article_id == article_id, ArticleText.locale == (locale or article.locale))
        title = session.scalar(select(ArticleText.title).where(*mine)) or str(article_id)
        if locale and locale != article.locale:
            session.execute(delete(ArticleText).where(*mine))
            session.execute(delete(Version).where(Version.article_id == article_id, Version.locale == locale))
            files.drop_of(session, article_id, locale)
        else:
            session.execute(delete(Article).where(Article.id == article_id))
            files.forget(session, article_id)
        log.changed(session, actor, "article", title, {}, act="deleted", level="warning")

    transact(work)


def _locked(session: Session, article_id: int) -> Article:
    """The article, for this transaction alone."""
    article = session.get(Article, article_id, with_for_update=True)
    if article is None:
        raise NotFound("no such article")
    return article


def _article(
    session: Session, article_id: int | None, locale: str, details: Details
) -> tuple[Article, dict[str, tuple[Any, Any]]]:
    """The article with its details as given, and what changed of them."""
    if session.get(Category, details.category_id) is None:
        raise KbProblem("category_id", _("That category is gone. Choose another one."))
    new = Article(locale=locale, created_at=clock.now(), updated_at=clock.now()) if article_id is None else None
    article = new or _locked(session, article_id or 0)
    given = {name: value for name, value in asdict(details).items() if name != "topics"}
    changes = {
        name: (getattr(article, name), value) for name, value in given.items() if getattr(article, name) != value
    }
    for name, value in given.items():
        setattr(article, name, value)
    session.add(article)
    session.flush()
    return article, changes | _set_topics(session, article.id, set(details.topics))


def _set_topics(session: Session, article_id: int, wanted: set[str]) -> dict[str, tuple[Any, Any]]:
    """Say which help topics an article belongs to; what changed."""
    known = set(session.scalars(select(ArticleTopic.topic_ref).where(ArticleTopic.article_id == article_id)))
    if known == wanted:
        return {}
    gone = delete(ArticleTopic).where(ArticleTopic.article_id == article_id, ArticleTopic.topic_ref.in_(known - wanted))
    session.execute(gone)
    session.add_all(ArticleTopic(article_id=article_id, topic_ref=ref) for ref in wanted - known)
    return {"topics": (known, wanted)}


def _text(session: Session, article_id: int, locale: str) -> ArticleText | None:
    """What readers of a language see."""
    mine = select(ArticleText).where(ArticleText.article_id == article_id, ArticleText.locale == locale)
    return session.scalar(mine)


def _version(session: Session, actor: Actor, article_id: int, locale: str, words: Words) -> Version:
    """One more version; the newest one, if it says the same already."""
    mine = select(Version).where(Version.article_id == article_id, Version.locale == locale)
    last = session.scalar(mine.order_by(Version.number.desc()).limit(1))
    if last is not None and all(getattr(last, name) == value for name, value in asdict(words).items()):
        return last
    made = Version(
        article_id=article_id, locale=locale, number=last.number + 1 if last else 1, agent_id=actor.agent_id,
        author=actor.name[:200], made_at=clock.now(), **asdict(words),
    )  # fmt: skip
    session.add(made)
    return made


def _live(
    session: Session, text: ArticleText | None, article: Article, locale: str, version: Version
) -> dict[str, tuple[Any, Any]]:
    """Let readers have a version, and the index its words; what changed."""
    article.updated_at = clock.now()
    before = text.version if text else 0
    text = text or ArticleText(article_id=article.id, locale=locale)
    for name in ("title", "summary", "keywords", "html"):
        setattr(text, name, getattr(version, name))
    text.version, text.updated_at = version.number, clock.now()
    session.add(text)
    session.flush()
    document = session.get(Document, text.id) or Document(text_id=text.id)
    document.title = fulltext.folded(f"{text.title}\n{text.keywords}")
    document.body = fulltext.folded(f"{text.summary}\n{html_to_text(text.html)}"[:MOST_INDEXED])
    session.add(document)
    return {} if before == version.number else {f"version ({locale})": (before, version.number)}
