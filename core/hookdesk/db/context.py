"""The read session of the present request or job batch: opened at the first read, closed when the context ends or a write begins."""

from __future__ import annotations

from flask import Flask, g

from hookdesk.db.engine import ReadSession
from hookdesk.site import site

_KEY = "hookdesk_read_session"


def reading() -> ReadSession:
    """The context's read-only session; inside a unit of work, a view of that unit's own session."""
    writing = site().db.writing
    if writing is not None:
        return ReadSession(writing)
    reader: ReadSession | None = g.get(_KEY)
    if reader is None:
        reader = site().db.reader()
        setattr(g, _KEY, reader)
    return reader


def release() -> None:
    """End the context's read transaction, so that the next read sees what others have written since."""
    reader: ReadSession | None = g.pop(_KEY, None)
    if reader is not None:
        reader.close()


def init_app(app: Flask) -> None:
    """Close the session with the application context."""

    @app.teardown_appcontext
    def close_reading(_error: BaseException | None) -> None:
        release()
