"""An article's pictures and files: bytes in the site's storage, names here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, NotFound, StoredFile, attachments, reading
from hookdesk_kb import access
from hookdesk_kb.models import ArticleFile, ArticleText
from hookdesk_kb.pictures import content_id

_COLUMNS = select(*ArticleFile.__table__.columns)


@dataclass(frozen=True, slots=True)
class Added:
    """A stored file that an article gets; `placeholder` is what stands for a picture in its text so far ("" for a file below it)."""

    file: StoredFile
    placeholder: str = ""


def add(session: Session, article_id: int, locale: str, added: Sequence[Added], html: str) -> str:
    """Give an article files; its words with the pictures in their places."""
    for one in added:
        file = one.file
        row = ArticleFile(
            article_id=article_id, locale=locale, filename=file.filename, content_type=file.content_type, size=file.size,
            sha256=file.sha256, storage=file.storage,
        )  # fmt: skip
        session.add(row)
        session.flush()
        if one.placeholder:
            row.content_id = content_id(row.id)
            html = html.replace(f"cid:{one.placeholder}", f"cid:{row.content_id}")
    attachments.claim(session, _owner(article_id), [one.file.sha256 for one in added])
    return html


def drop(session: Session, article_id: int, ids: Collection[int]) -> None:
    """Take files away."""
    if ids:
        session.execute(delete(ArticleFile).where(ArticleFile.article_id == article_id, ArticleFile.id.in_(ids)))
        _claim_rest(session, article_id)


def drop_of(session: Session, article_id: int, locale: str) -> None:
    """Take away what belongs to a translation."""
    session.execute(delete(ArticleFile).where(ArticleFile.article_id == article_id, ArticleFile.locale == locale))
    _claim_rest(session, article_id)


def forget(session: Session, article_id: int) -> None:
    """The article is gone, and its files with it."""
    attachments.disclaim(session, _owner(article_id))


def _claim_rest(session: Session, article_id: int) -> None:
    """Keep the bytes of what is left."""
    attachments.disclaim(session, _owner(article_id))
    rest = session.scalars(select(ArticleFile.sha256).where(ArticleFile.article_id == article_id)).all()
    attachments.claim(session, _owner(article_id), rest)


def _owner(article_id: int) -> str:
    """Who claims the bytes."""
    return f"kb:{article_id}"


def of(article_id: int) -> Sequence[Row[Any]]:
    """All files of an article."""
    return reading().all(_COLUMNS.where(ArticleFile.article_id == article_id).order_by(ArticleFile.id).limit(500))


def names(rows: Sequence[Row[Any]]) -> Mapping[int, str]:
    """Id → name of those that are pictures in the text."""
    return {row.id: row.filename for row in rows if row.content_id}


def below(rows: Sequence[Row[Any]], locale: str, first: str) -> list[Row[Any]]:
    """What stands below a text: its own files, or those of the article's first language while it has none."""
    attached = [row for row in rows if not row.content_id]
    own = [row for row in attached if row.locale == locale]
    return own or [row for row in attached if row.locale == first]


def readable(actor: Actor, file_id: int) -> StoredFile:
    """A file, for who may read its article.

    Raises:
        NotFound: there is none, or it is not for them.
    """
    row = reading().first(_COLUMNS.where(ArticleFile.id == file_id))
    if row is None:
        raise NotFound("no such file")
    mine = access.library(actor)
    mine.article(row.article_id)
    if row.content_id and not mine.has_all and not _is_shown(row):
        raise NotFound("no such file")
    return stored(row)


def _is_shown(row: Row[Any]) -> bool:
    """True for a picture that stands in what readers see: one of a draft of changes, or of an old version, does not."""
    texts = select(ArticleText.id).where(ArticleText.article_id == row.article_id)
    return (
        reading().scalar(texts.where(ArticleText.html.contains(f'cid:{row.content_id}"', autoescape=True))) is not None
    )


def stored(row: Row[Any]) -> StoredFile:
    """What a row says, as the storage knows it."""
    return StoredFile(row.filename, row.content_type, row.size, row.sha256, row.storage, row.content_id)
