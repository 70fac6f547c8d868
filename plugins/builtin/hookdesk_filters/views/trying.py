"""One message through all filters, step by step."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from hookdesk.api import InboundMessage, NotFound, access_number, admin, criteria, current_actor
from hookdesk_filters import messages, trying
from hookdesk_filters.forms import TryForm
from hookdesk_filters.views.blueprint import Wording, bp


@bp.route("/try", methods=["GET", "POST"])
@admin
def attempt() -> str | tuple[str, int]:
    """A typed form, a pasted mail, or a ticket as it came in; nothing is stored."""
    form, words = TryForm(), Wording()
    fields = criteria.known_fields()
    form.source.choices = [("typed", _("A form")), ("mail", _("A mail")), ("ticket", _("A ticket"))]
    form.channel.choices = list(fields["channel"].choices())  # type: ignore[misc]  # it lists them
    form.topic.choices = [("", _("None")), *fields["topic"].choices()]  # type: ignore[misc]  # it lists them, too
    done = None
    if form.validate_on_submit():
        message = _message(form)
        done = trying.through(message) if message is not None else None
    page = render_template("filters/try.html", form=form, done=done, words=words)
    return (page, 422) if form.errors else page


def _message(form: TryForm) -> InboundMessage | None:
    """The message that the form asks about; None, with an error at its field, if there is none."""
    source = form.source.data
    if source == "mail":
        message = messages.from_mail((form.mail.data or "").replace("\r\n", "\n").encode("utf-8", "replace"))
        if message is None:
            form.mail.errors = [_("This cannot be read as a mail.")]
        return message
    if source == "ticket":
        found = _of_ticket((form.number.data or "").lstrip("#"))
        if found is None:
            form.number.errors = [_("There is no ticket with this number.")]
        return found
    return InboundMessage(
        channel=form.channel.data, sender_address=form.address.data or "", sender_name=form.sender.data or "",
        subject=form.subject.data or "", text=form.text.data or "", topic=form.topic.data or "",
    )  # fmt: skip


def _of_ticket(number: str) -> InboundMessage | None:
    """The message that opened a ticket; None if there is no such ticket for whoever asks."""
    try:
        ticket_id = access_number(current_actor(), number).id
    except NotFound:
        return None
    message = messages.of_ticket(ticket_id)
    return None if message is None else messages.with_fields(ticket_id, message)
