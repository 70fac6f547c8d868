"""The read session of the present request or job batch: opened at the first read, closed when the context ends or a write begins."""

from __future__ import annotations

from flask import Flask, g
from sqlalchemy.orm import Session

from hookdesk.db.engine import ReadSession
from hookdesk.site import site

_KEY = "hookdesk_read_session"


def reading() -> ReadSession:
    """The context's read-only session; inside a unit of work, a view of that unit's own session."""
    writing = site().db.writing
    if writing is not None:
        return ReadSession(writing)
    session: Session | None = g.get(_KEY)
    if session is None:
        session = Session(site().db.engine, autoflush=False, expire_on_commit=False)
        setattr(g, _KEY, session)
    return ReadSession(session)


def release() -> None:
    """End the context's read transaction, so that the next read sees what others have written since."""
    session: Session | None = g.pop(_KEY, None)
    if session is not None:
        session.close()


def init_app(app: Flask) -> None:
    """Close the session with the application context."""

    @app.teardown_appcontext
    def close_reading(_error: BaseException | None) -> None:
        release()
