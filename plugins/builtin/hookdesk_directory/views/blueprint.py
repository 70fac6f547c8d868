"""The directory's blueprint; the modules beside it put views on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("directory", "hookdesk_directory", url_prefix="/agent/people")
