"""The desk's blueprint; the modules beside it put views on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", "hookdesk_desk", url_prefix="/agent")
