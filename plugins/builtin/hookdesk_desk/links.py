"""Where somebody's own page is: another plugin may have one."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from hookdesk.api import Actor


def user_url(actor: Actor) -> str:
    """How the address of a user's page begins, the id to follow; "" where there is no such page, or the agent may not look at it."""
    return _before_id(actor, "directory.user", "user_id")


def organization_url(actor: Actor) -> str:
    """The same for an organization."""
    return _before_id(actor, "directory.organization", "row_id")


def _before_id(actor: Actor, endpoint: str, argument: str) -> str:
    """The address without the id at its end: a list has a hundred, and making each anew would take longer than all its rows."""
    if endpoint not in current_app.view_functions or not actor.may("user.directory"):
        return ""
    address: dict[str, Any] = {argument: 0}
    return url_for(endpoint, **address).removesuffix("0")
