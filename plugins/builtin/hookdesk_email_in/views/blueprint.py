"""The blueprints: the pages about mail in the admin panel, and the one that agents reach from a ticket."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("email_in", __name__, url_prefix="/admin/mail")
mails = Blueprint("email_in__mails", __name__, url_prefix="/agent/mails")
