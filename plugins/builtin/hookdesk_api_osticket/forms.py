"""The form of a key."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from hookdesk.api import Form, clean_line, clean_text, unreadable_networks
from hookdesk_api_osticket.services import Values

MOST_NETWORKS = 100


class KeyForm(Form):
    """What an admin states about a key."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Say which program it is for.")), Length(max=100, message=_l("Use at most 100 characters."))],
        filters=[clean_line],
        description=_l("The program that will use it."),
    )
    networks = TextAreaField(
        _l("Addresses"),
        [DataRequired(_l("Say from where it may be used."))],
        filters=[clean_text],
        description=_l(
            "One address or network a line, as 192.0.2.7 or 2001:db8::/32. From elsewhere the key is worth nothing."
        ),
    )
    may_create_tickets = BooleanField(_l("May create tickets"), default=True)
    may_run_cron = BooleanField(
        _l("May run cron"), description=_l("For scripts that called osTicket's cron. Jobs run here without it.")
    )
    calls_per_minute = IntegerField(
        _l("Calls a minute, at most"),
        [Optional(), NumberRange(1, 1_000_000, _l("Write a number from 1 to 1000000."))],
        description=_l("Leave it empty for what the settings say."),
    )
    notes = TextAreaField(
        _l("Notes"), [Length(max=4000, message=_l("Use at most 4,000 characters."))], filters=[clean_text]
    )
    is_active = BooleanField(_l("May be used"), default=True)

    def validate_networks(self, field: Any) -> None:
        """Hold that each line is an address or a network."""
        lines = self._lines()
        if bad := unreadable_networks(lines):
            raise ValidationError(_("%(line)s is no address and no network.", line=bad[0][:100]))
        if len(lines) > MOST_NETWORKS:
            raise ValidationError(_("At most %(most)s lines.", most=MOST_NETWORKS))

    def values(self) -> Values:
        """What was stated."""
        return Values(
            name=self.name.data,
            networks=self._lines(),
            may_create_tickets=self.may_create_tickets.data,
            may_run_cron=self.may_run_cron.data,
            calls_per_minute=self.calls_per_minute.data,
            notes=self.notes.data or "",
            is_active=self.is_active.data,
        )

    def _lines(self) -> tuple[str, ...]:
        """The lines of the list that hold something."""
        return tuple(line.strip() for line in (self.networks.data or "").splitlines() if line.strip())
