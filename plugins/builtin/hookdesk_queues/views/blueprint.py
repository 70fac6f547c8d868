"""The blueprint that all modules of views share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("queues", __name__)
