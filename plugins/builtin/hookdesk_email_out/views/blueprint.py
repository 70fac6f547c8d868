"""The blueprint."""

from flask import Blueprint

bp = Blueprint("email_out", __name__)
