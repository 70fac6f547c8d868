"""The blueprint; the modules beside it put views on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("canned", "hookdesk_canned", url_prefix="/agent/canned")
