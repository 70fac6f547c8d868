"""The blueprint of all pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("sla", __name__)
