"""Core's own blueprint; `routes` imports the modules that put views on it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("core", __name__)
