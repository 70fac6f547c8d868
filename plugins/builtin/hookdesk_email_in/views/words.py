"""What the pages about single mails say."""

from __future__ import annotations

from flask_babel import gettext as _

from hookdesk_email_in.reply import Fold


def fold_words(fold: Fold) -> str:
    """Why something was folded away."""
    known = {
        "marked": _("Marked as quoted or as a signature in the HTML"),
        "header": _("Introduces a quote"),
        "quoted": _("Quoted lines"),
        "earlier": _("Begins an earlier mail: all that follows is folded away"),
        "signature": _("Begins a signature"),
        "forward": _("A forward: nothing is folded away"),
        "empty": _("Nothing but quotes: all of it is shown"),
    }
    return str(known[fold.why])


def outcome_words(outcome: str) -> str:
    """What became of a mail."""
    known = {
        "ticket": _("New ticket"),
        "reply": _("Reply"),
        "rejected": _("Turned away"),
        "quarantined": _("Kept aside"),
        "pending": _("To be tried again"),
        "known": _("Known already"),
    }
    return str(known.get(outcome, outcome))
