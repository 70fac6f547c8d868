"""The blueprint, and what several views share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from hookdesk.api import FilteringHooks, NotFound, TopicChoice, current_actor, remember_wanted, site
from hookdesk_kb import access, shelf

bp = Blueprint("kb", __name__)
F = TypeVar("F", bound=Callable[..., Any])
MOST_TYPED = 200


def for_readers(view: F) -> F:
    """Lead guests to the sign-in page where only people who are signed in may read: whatever they asked for, there or not."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        return view(*args, **values) if access.may_read(current_actor()) else _sign_in()

    return guarded  # type: ignore[return-value]  # the same signature


def _sign_in() -> Response:
    """Where one signs in.

    Raises:
        NotFound: this site has no such page.
    """
    if "accounts.sign_in" not in current_app.view_functions:
        raise NotFound("no sign-in for requesters")
    remember_wanted()
    return redirect(url_for("accounts.sign_in"))


def library() -> access.Library:
    """What this visitor may read."""
    return access.library(current_actor())


def article_url(item: shelf.Item, said: shelf.Said | None = None) -> str:
    """Where an article stands on the portal, in a language."""
    said = said or item.said()
    return url_for("kb.article", language=said.tag, article_id=item.id, slug=said.slug)


def category_url(node: shelf.Node) -> str:
    """Where a category stands on the portal."""
    return url_for("kb.category", category_id=node.id, slug=node.slug)


def typed(name: str = "q") -> str:
    """What somebody looks for."""
    return request.args.get(name, "").strip()[:MOST_TYPED]


def topics() -> list[TopicChoice]:
    """The help topics that this visitor may choose."""
    return site().hooks.collect(FilteringHooks.topic_choices, actor=current_actor())
