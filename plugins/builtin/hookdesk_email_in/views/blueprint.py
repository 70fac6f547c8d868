"""The blueprint of the pages about mail in the admin panel."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("email_in", __name__, url_prefix="/admin/mail")
