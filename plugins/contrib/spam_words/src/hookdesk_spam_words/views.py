"""The page in the admin panel: what was caught, and a text to try."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from hookdesk.api import InboundMessage, admin, site
from hookdesk_spam_words import services

bp = Blueprint("spam_words", __name__, url_prefix="/admin/spam-words")


@bp.get("/")
@admin
def index() -> str:
    """What was caught, by word."""
    return render_template("spam_words/index.html", rows=services.by_word(), text="", tried=False, word="")


@bp.post("/")
@admin
def attempt() -> str:
    """Say what would become of a text. Nothing is stored."""
    text = request.form.get("text", "")[: services.MOST_CHARACTERS]
    plugin = site().plugins.get("spam_words")
    words = plugin.words() if plugin is not None else []  # type: ignore[attr-defined]  # it is our own plugin
    word = services.find(words, InboundMessage(channel="admin", sender_address="", text=text))
    return render_template("spam_words/index.html", rows=services.by_word(), text=text, tried=True, word=word)
