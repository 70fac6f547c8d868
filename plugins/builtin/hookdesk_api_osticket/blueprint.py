"""The one blueprint: what programs call, and the pages of the admin panel."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("api_osticket", __name__)
