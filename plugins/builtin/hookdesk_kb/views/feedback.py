"""What readers leave: that they read, and whether it helped."""

from __future__ import annotations

from flask import redirect, request, session
from werkzeug.wrappers import Response

from hookdesk.api import clean_text, current_actor, limiter, public
from hookdesk_kb import counting, voting
from hookdesk_kb.views.blueprint import article_url, bp, library


@bp.post("/help/<int:article_id>/seen")
@public
@limiter.limit("60 per minute")
def seen(article_id: int) -> tuple[str, int]:
    """The article's script tells that somebody has been reading for some seconds, which no robot does."""
    counting.viewed(library().article(article_id).id)
    return "", 204


@bp.post("/help/<int:article_id>/vote")
@public
@limiter.limit("30 per minute")
def vote(article_id: int) -> Response:
    """`helpful` is "yes" or "no"; `comment` says more."""
    item, actor = library().article(article_id), current_actor()
    said = item.said([request.form.get("locale", "")])
    is_helpful = request.form.get("helpful") == "yes"
    comment = clean_text(request.form["comment"]) if "comment" in request.form else None
    voting.vote(
        actor, voting.voter(actor, session), item.id, is_helpful=is_helpful, comment=comment, locale=said.locale
    )
    thanks = "comment" if comment is not None else "yes" if is_helpful else "no"
    return redirect(article_url(item, said) + f"?thanks={thanks}#feedback")
