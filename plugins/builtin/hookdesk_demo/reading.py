"""The company's knowledge base, as its agents wrote it over the last year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import actors, site
from hookdesk_demo import words


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


def _said(item: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """What an article says in a language."""
    return {name: item.get(prefix + name, "").strip() for name in ("title", "html", "summary", "keywords")}
