"""The blueprint, and what several of its views share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from hookdesk.api import CoreSettings, site
from hookdesk_portal.settings import Settings

bp = Blueprint("portal", __name__)


def settings() -> Settings:
    """The portal's settings."""
    return site().settings.get("portal", Settings)


def posts_allowed() -> str:
    """How many messages an address may send, in the limiter's words."""
    return f"{settings().posts_per_minute} per minute"


def upload_limits() -> dict[str, Any]:
    """What the forms say about files."""
    most = site().settings.get("core", CoreSettings).max_files
    return {"most_files": most, "most_bytes": site().config.max_upload_bytes}
