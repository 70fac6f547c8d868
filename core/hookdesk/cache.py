"""What is read of the site's set-up again and again: kept by each process until somebody changes any of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from sqlalchemy import select

from hookdesk.db.context import reading
from hookdesk.models import SiteCounter
from hookdesk.site import site

T = TypeVar("T")


def cached(key: str, build: Callable[[], T]) -> T:
    """What `build()` reads with `reading()`; read anew once `log.changed` told of a change, by whichever process, a second later at most.

    For configuration (rules, plans, topics): small, the same for everybody, and never changed by whoever gets it. `key` begins with the
    plugin's slug and a dot. What a page shows right after it was saved is read directly: another process may have served the save.
    """
    here, place = site(), f"cache.{key}"
    kept = cast("tuple[int, T] | None", here.extra.get(place))
    if kept is not None and kept[0] == here.settings.edition:
        return kept[1]
    if here.db.writing is not None:  # what it reads there may yet be rolled back
        return build()
    # of the very transaction that `build` reads in: it may have begun before the newest change
    edition = reading().scalar(select(SiteCounter.value).where(SiteCounter.name == "settings")) or 0
    built = build()
    here.extra[place] = (edition, built)
    return built
