"""The form for a ticket that an agent opens for somebody who called or came."""

from __future__ import annotations

from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from hookdesk.api import (
    FilesField,
    Form,
    RichTextField,
    StoredFilesField,
    clock,
    current_actor,
    participants,
    people,
    tickets,
)
from hookdesk_desk import people as known

MOST_TEXT = 1_000_000


class NewTicketForm(Form):
    """Who it is for, what it is about, where it goes, and what is answered at once. Selects of ids hold them as text, "" for none."""

    channel = RadioField(_l("How did they reach you?"), default="phone")
    email = StringField(
        _l("Requester"),
        description=_l(
            "An e-mail address, or the name of somebody who is known. Their earlier tickets are found by it."
        ),
        validators=[DataRequired(_l("Fill in the requester's e-mail address.")), Length(max=320)],
    )
    name = StringField(_l("Name"), description=_l("Of somebody new."), validators=[Length(max=200)])
    cc = StringField(
        _l("Copies to"),
        description=_l("Addresses or known names, separated by commas. They follow the ticket."),
        validators=[Length(max=5000)],
    )
    notice = RadioField(_l("Mail about it"), default="all")
    topic = SelectField(_l("Help topic"), validators=[Optional()], default="")
    subject = StringField(_l("Subject"), validators=[DataRequired(_l("Fill in what it is about.")), Length(max=500)])
    message = TextAreaField(
        _l("What they said"), validators=[DataRequired(_l("Fill in what they said.")), Length(max=MOST_TEXT)]
    )
    attachments = FilesField(_l("Files"))
    reply = RichTextField(
        _l("Answer"), description=_l("Sent at once, as the first answer."), validators=[Length(max=MOST_TEXT)]
    )
    kept = StoredFilesField(_l("Files"))
    note = RichTextField(_l("Internal note"), description=_l("Only agents see it."), validators=[Length(max=MOST_TEXT)])
    department = SelectField(_l("Department"), validators=[Optional()], default="")
    priority = SelectField(_l("Priority"), validators=[Optional()], default="")
    status = SelectField(_l("Status"), validators=[Optional()], default="")
    assignee = SelectField(_l("Assign to"), validators=[Optional()], default="")
    sla = SelectField(_l("SLA plan"), validators=[Optional()], default="")
    due = DateTimeLocalField(_l("Due"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[Optional()])
    person: tuple[str, str] = ("", "")
    followers: tuple[tuple[str, str], ...] = ()

    def validate_email(self, field: StringField) -> None:
        """It must be an address that mail could reach, or the name of one who is known."""
        self.person = _named(field.data or "", _("Write it like name@example.org, or choose somebody of the list."))

    def validate_cc(self, field: StringField) -> None:
        """The same for each of them."""
        given = [part.strip() for part in (field.data or "").replace(";", ",").split(",") if part.strip()]
        if len(given) > participants.MOST:
            raise ValidationError(_("A ticket has at most %(most)s collaborators.", most=participants.MOST))
        self.followers = tuple(
            _named(part, _("%(who)s is neither an address nor one known name.", who=part[:100])) for part in given
        )

    def validate_due(self, field: DateTimeLocalField) -> None:
        """It lies ahead; what is typed is in the agent's own time zone."""
        if field.data is None:
            return
        try:
            field.data = clock.local(field.data, get_timezone())
        except ValueError:
            raise ValidationError(_("That is no date and time.")) from None
        if field.data <= clock.now():
            raise ValidationError(_("A due date lies ahead."))

    def validate_assignee(self, field: SelectField) -> None:
        """Handing a ticket of that department to somebody needs the permission there."""
        if field.data and self.department.data and not current_actor().may("ticket.assign", int(self.department.data)):
            raise ValidationError(_("You may not assign tickets of that department."))


def _named(text: str, otherwise: str) -> tuple[str, str]:
    """Address and name of a person who was typed."""
    actor = current_actor()
    try:
        address, name = known.named(actor, text)
    except tickets.TicketProblem:
        raise ValidationError(otherwise) from None
    if why := people.objection(address):
        raise ValidationError(why)
    found = people.find_user(address)
    if found is None and not actor.may("user.create"):
        raise ValidationError(_("Nobody here has the address %(who)s, and you may not add users.", who=address))
    if found is not None and found.is_banned:
        raise ValidationError(_("%(name)s is banned.", name=found.name))
    return address, name
