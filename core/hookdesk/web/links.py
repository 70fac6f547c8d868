"""Addresses that we make: for mails, which are written outside requests, and from what a visitor's address says."""

from __future__ import annotations

from typing import Any

from flask import current_app, request

from hookdesk.site import site


def absolute_url(endpoint: str, **args: Any) -> str:
    """The whole address of a page below the configured `base_url`; never taken from a request, whose Host header anybody may write.

    Raises:
        werkzeug.routing.BuildError: there is no such page.
    """
    path = current_app.url_map.bind("localhost").build(endpoint, args)
    return site().config.base_url.rstrip("/") + path


def plain_arguments() -> dict[str, Any]:
    """The query string without the names that `url_for` keeps for itself, so that no link follows a visitor's wish."""
    return {name: value for name, value in request.args.items() if name != "endpoint" and not name.startswith("_")}
