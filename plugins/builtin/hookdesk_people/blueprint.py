"""The blueprint that all views register on: pages of the panel, and an act for whoever may ban."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("people", __name__)
