"""What the company answers with again and again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from hookdesk.api import Actor, reading, release, site
from hookdesk_demo import words


def write_responses(departments: Mapping[str, int], actor: Actor) -> None:
    """Store the canned responses that are not there yet; nothing while their plugin is off."""
    if site().plugins.get("canned") is None:
        return
    from hookdesk_canned import services
    from hookdesk_canned.models import Response

    release()
    known = set(reading().scalars(select(Response.title)))
    for item in words.load("responses.toml")["response"]:
        if item["title"] not in known:
            values = services.Values(
                title=item["title"],
                html=item["html"],
                department_id=departments.get(item.get("department", "")),
                locale=item.get("locale", ""),
                notes=item.get("notes", ""),
            )
            services.save(actor, values)
    release()
