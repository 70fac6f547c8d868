"""Articles while somebody types: in the search box of the portal, and below the subject of a new ticket."""

from __future__ import annotations

from itertools import islice

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hookdesk.api import current_actor, limiter, public
from hookdesk_kb import access, counting, search, settings
from hookdesk_kb.views.blueprint import article_url, bp, library, typed
from hookdesk_kb.views.portal import line, lines, text_of

MOST, SHORTEST = 5, 4
NOTHING = ("", 204)


@bp.get("/help/suggest")
@public
@limiter.limit("240 per minute")
def suggest() -> str | tuple[str, int]:
    """A list of links for what is typed so far (`q`), at most five; nothing for who may read nothing."""
    actor, words = current_actor(), typed()
    if not access.may_read(actor) or len(words) < 2:
        return NOTHING
    hits, _is_loose = search.find_somehow(actor, words, most=MOST)
    shown = list(lines(library(), hits, words))
    return render_template("kb/suggest.html", found=shown) if shown else NOTHING


@bp.get("/help/answers")
@public
@limiter.limit("240 per minute")
def answers() -> str | tuple[str, int]:
    """The same for a new ticket: the subject is a sentence, of which any telling word counts, and articles of the topic come first;
    without a subject, what belongs to the topic.
    """
    actor, words, topic, mine = current_actor(), typed(), typed("topic"), library()
    if not settings.current().suggests or not mine.articles:
        return NOTHING
    if len(words) < SHORTEST:
        items = [item for item in mine.within(None) if topic in item.topics][:MOST]
        shown = [line(mine, item, item.said(), "") for item in items]
    else:
        known = mine.shelf.articles
        hits = [hit for hit in search.find(actor, words, most=3 * MOST, loosely=True) if hit.article_id in known]
        hits.sort(key=lambda hit: topic not in known[hit.article_id].topics)
        shown = list(islice(lines(mine, hits, words), MOST))
    return render_template("kb/answers.html", found=shown) if shown else NOTHING


@bp.get("/help/<int:article_id>/answer")
@public
@limiter.limit("120 per minute")
def answer(article_id: int) -> str:
    """An article for a dialog above the form, so that nothing that was typed is lost."""
    item = library().article(article_id)
    said = item.said()
    return render_template(
        "kb/answer.html", item=item, said=said, url=article_url(item, said), **text_of(item, said.locale, "kb.file")
    )


@bp.post("/help/counted")
@public
@limiter.limit("60 per minute")
def counted() -> tuple[str, int]:
    """Count that articles (`article`, at most five) were "shown" or "read" (`step`) on a form; `first`: for the first time there."""
    step = request.form.get("step", "")
    ids = {item.id for item in library().articles} & _ids()
    if step in ("shown", "read") and ids:
        counting.count(step, sorted(ids), is_first=request.form.get("first") == "1")
    return NOTHING


@bp.post("/help/<int:article_id>/solved")
@public
@limiter.limit("20 per minute")
def solved(article_id: int) -> Response:
    """The form is closed: this article answered it."""
    item = library().article(article_id)
    counting.count("solved", [item.id], is_first=True)
    return redirect(url_for("kb.glad"))


@bp.get("/help/glad")
@public
def glad() -> str:
    """What somebody reads who needs no ticket any more."""
    return render_template("kb/glad.html")


def _ids() -> set[int]:
    """The articles that were sent."""
    given = request.form.getlist("article")[:MOST]
    return {int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19}
