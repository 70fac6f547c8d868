"""The blueprint; the modules beside it put views on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("forms", "hookdesk_forms")
