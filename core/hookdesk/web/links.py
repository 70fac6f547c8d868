"""Addresses for mails, which are written outside requests."""

from __future__ import annotations

from typing import Any

from flask import current_app

from hookdesk.site import site


def absolute_url(endpoint: str, **args: Any) -> str:
    """The whole address of a page below the configured `base_url`; never taken from a request, whose Host header anybody may write.

    Raises:
        werkzeug.routing.BuildError: there is no such page.
    """
    path = current_app.url_map.bind("localhost").build(endpoint, args)
    return site().config.base_url.rstrip("/") + path
