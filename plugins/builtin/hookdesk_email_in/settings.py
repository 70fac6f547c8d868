"""What the admin sets."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from hookdesk.api import setting


@dataclass(frozen=True)
class Settings:
    """Settings of incoming mail."""

    own_addresses: tuple[str, ...] = setting(
        (),
        label=_("Our own addresses"),
        help=_(
            "One a line. Mail that comes from one of them is turned away, or two programs could answer each other for ever."
        ),
    )
    match_number: bool = setting(
        True,
        label=_("Find the ticket by its number in the subject"),
        help=_("Only for people who take part in that ticket, and only if the mail says nothing better."),
    )
    trusted_servers: tuple[str, ...] = setting(
        (),
        label=_("Mail servers that check senders for us"),
        help=_(
            "The name at the beginning of the Authentication-Results that your own mail server writes, one a line. It must drop such "
            "headers of others. Without a name no sender counts as confirmed."
        ),
        maximum=20,
    )
    use_priority: bool = setting(
        False,
        label=_("Heed the priority that a mail names"),
        help=_("X-Priority, Priority and Importance. Anybody can call their mail urgent."),
    )
    keep_file_rules: bool = setting(
        False,
        label=_("Files in mails keep to the rules of forms"),
        help=_(
            "Number, size and kind. What breaks them is named in a note, and stays in the raw mail. Off: all are taken."
        ),
    )
    loop_mails: int = setting(
        5,
        label=_("Equal mails from one sender, at most"),
        minimum=0,
        maximum=1000,
        help=_(
            "On one ticket, or in tickets of their own. More look like a loop and are kept aside. 0 turns that off."
        ),
    )
    loop_minutes: int = setting(30, label=_("Within so many minutes"), minimum=1, maximum=1440)
    late_minutes: int = setting(
        15,
        label=_("Warn if mail waits longer than"),
        minimum=1,
        maximum=1440,
        help=_("Minutes in the spool; the health page then says so."),
    )
