"""The company's knowledge base, as its agents wrote it over the last year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hookdesk.api import ANONYMOUS, actors, clock, release, site
from hookdesk_demo import words

FORMS, READ, HELPED = 40, 0.5, 0.8
MISSED = ("A picture would help.", "I have no app, only the display.", "Does this hold for the cargo bike, too?")


def write_articles(topics: Mapping[str, str], authors: Sequence[int]) -> None:
    """Categories and articles, by these agents in turn; nothing while the knowledge base is off, or has some already."""
    if site().plugins.get("kb") is None:
        return
    from hookdesk_kb import categories, services, shelf

    if shelf.read().nodes:
        return
    plan, places = words.load("articles.toml"), dict[str, int]()
    by = [actor for actor in map(actors.agent_actor, authors) if actor is not None and actor.may("kb.manage")]
    for item in plan["category"]:
        names = {"de": (item["de"], "")} if "de" in item else {}
        values = categories.Values(
            item["name"], description=item["description"], is_public=item.get("is_public", True), names=names
        )
        places[item["name"]] = categories.save(by[0], values)
    for place, item in enumerate(plan["article"]):
        refs = tuple(topics[name] for name in item["topics"] if name in topics)
        featured = item.get("is_featured", False)
        details = services.Details(
            places[item["category"]], item.get("state", "published"), is_featured=featured, topics=refs
        )
        author, said = by[place % len(by)], _said(item, "")
        article_id = services.save(author, None, "en", details, services.Words(**said))
        if "de_title" in item:
            services.save(author, article_id, "de", details, services.Words(**_said(item, "de_")))


def read_some(chance: Random, now: datetime) -> None:
    """Let people read, say whether it helped, and spare tickets: over the last four weeks."""
    if site().plugins.get("kb") is None:
        return
    from hookdesk_kb import counting, shelf, voting

    release()
    shown = [item.id for item in shelf.read().articles.values() if item.is_published]
    for article_id in shown:
        counting.viewed(article_id, chance.randrange(20, 400))
        for number in range(chance.randrange(2, 9)):
            is_helpful = chance.random() < HELPED
            comment = "" if is_helpful or number else chance.choice(MISSED)
            who = f"demo-{article_id}-{number}"
            voting.vote(ANONYMOUS, who, article_id, is_helpful=is_helpful, comment=comment, locale="en")
    for _ in range(FORMS):
        with clock.at(now - timedelta(days=chance.uniform(0, 28))):
            found = chance.sample(shown, 3)
            counting.count("shown", found, is_first=True)
            if chance.random() < READ:
                counting.count("read", found[:1], is_first=True)
                if chance.random() < HELPED / 2:
                    counting.count("solved", found[:1], is_first=True)


def _said(item: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """What an article says in a language."""
    return {name: item.get(prefix + name, "").strip() for name in ("title", "html", "summary", "keywords")}
