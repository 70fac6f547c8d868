"""The blueprint; the modules beside it put views on it."""

from __future__ import annotations

from flask import Blueprint, request

from hookdesk_forms import catalogue

bp = Blueprint("forms", "hookdesk_forms")


@bp.before_request
def show_what_is_stored() -> None:
    """An admin sees what they have just saved, whichever process answers."""
    if request.path.startswith("/admin/"):
        catalogue.read_anew()
