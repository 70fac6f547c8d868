"""What the admin sets besides accounts: limits, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _

from hookdesk.api import setting

MOVED = frozenset({"host", "port", "security", "username", "password", "timeout", "from_address", "from_name"})
"""What was set here once, and is an account's now (migration 0005)."""


@dataclass(frozen=True)
class Settings:
    """Settings of outgoing mail. `told_more` and `told_fewer` are places of the alerts page ("message:manager") that differ from the
    defaults."""

    version: ClassVar[int] = 3

    max_attempts: int = setting(
        10, label=_("Attempts"), minimum=1, maximum=30, help=_("Then a mail is given up and shown to you.")
    )
    autoresponse: bool = setting(
        True,
        label=_("Confirm new tickets"),
        help=_("To the requester, with the number. Never to lists, bounces or automatic mail."),
        elsewhere=True,
    )
    tell_opened: bool = setting(
        True,
        label=_("Tell requesters of tickets that agents open for them"),
        help=_("Unless the agent leaves it out."),
        elsewhere=True,
    )
    copy_collaborators: bool = setting(
        False,
        label=_("Tell collaborators of new tickets, too"),
        help=_("Whoever follows the ticket from the start gets what the requester gets."),
        elsewhere=True,
    )
    confirm_messages: bool = setting(
        False,
        label=_("Confirm further messages"),
        help=_("To whoever wrote, as for new tickets."),
        elsewhere=True,
    )
    pass_on: bool = setting(
        True,
        label=_("Pass messages on to the other participants"),
        help=_("What one of them writes goes to the requester and the collaborators."),
        elsewhere=True,
    )
    tells_errors: bool = setting(
        True,
        label=_("Tell administrators of errors"),
        help=_(
            "What the log calls an error, in one mail an hour at most. Errors about mail itself stand in the log alone."
        ),
        elsewhere=True,
    )
    told_more: tuple[str, ...] = setting((), label=_("Alerts that are sent besides"), elsewhere=True)
    told_fewer: tuple[str, ...] = setting((), label=_("Alerts that are not sent"), elsewhere=True)
    attach_bytes: int = setting(
        15_000_000,
        label=_("Attachments up to"),
        minimum=0,
        maximum=100_000_000,
        help=_("Bytes a mail; larger ones are linked."),
    )
    link_days: int = setting(
        30,
        label=_("Links to files end after"),
        minimum=1,
        maximum=365,
        help=_("Days. Whoever opens one must still be allowed to see the ticket."),
    )

    @classmethod
    def upgrade(cls, values: dict[str, Any], version: int) -> dict[str, Any]:
        """Until version 1 a switch said whether departments are told of new tickets, and the words stood here (migration 0003).

        Until version 2 there was one account.
        """
        if version < 2 and values.pop("alert_department", True) is False:
            values["told_fewer"] = ["new_ticket:department"]
        return {name: value for name, value in values.items() if not name.startswith("words_") and name not in MOVED}
