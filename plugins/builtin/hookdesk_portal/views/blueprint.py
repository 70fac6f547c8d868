"""The blueprint, and what several of its views share."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import site
from hookdesk_portal.settings import Settings

bp = Blueprint("portal", __name__)


def settings() -> Settings:
    """The portal's settings."""
    return site().settings.get("portal", Settings)


def promise() -> str:
    """When a person answers: the default in the reader's language, else as the admin wrote it."""
    stated = settings().promise
    return str(_(stated)) if stated else ""


def posts_allowed() -> str:
    """How many messages an address may send, in the limiter's words."""
    return f"{settings().posts_per_minute} per minute"
