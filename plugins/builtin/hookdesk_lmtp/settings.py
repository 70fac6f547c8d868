"""What the admin sets."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hookdesk.api import setting, unreadable_networks
from hookdesk_lmtp.places import WrongPlace, parse_place

SOURCE = "lmtp"
"""What the records of mail by this road say of where it came from."""


def check_place(text: str) -> str:
    """What keeps the listener from listening there, or ""."""
    try:
        parse_place(text)
    except WrongPlace as problem:
        return str(problem)
    return ""


def check_networks(lines: tuple[str, ...]) -> str:
    """What is no network, or ""."""
    wrong = unreadable_networks(lines)
    return gettext("No address or network: %(wrong)s", wrong=", ".join(wrong)) if wrong else ""


@dataclass(frozen=True)
class Settings:
    """Settings of the listener. Once they are changed it ends, to be started again; its command line can say otherwise for one start."""

    with_site: bool = setting(
        False,
        label=_("Run it with the site"),
        help=_(
            "“hookdesk serve” starts it and keeps it running. Otherwise run “hookdesk lmtp” yourself, as a service of its own."
        ),
    )
    place: str = setting(
        "127.0.0.1:8024",
        label=_("Listen at"),
        help=_("HOST:PORT, or unix:/PATH for a socket on this machine. It takes mail from anybody who can reach it."),
        check=check_place,
    )
    protocol: str = setting(
        "lmtp",
        label=_("Protocol"),
        help=_("LMTP behind a mail server of yours. SMTP where that knows no LMTP."),
        choices=(("lmtp", "LMTP"), ("smtp", "SMTP")),
    )
    clients: tuple[str, ...] = setting(
        ("127.0.0.0/8", "::1"),
        label=_("Who may deliver"),
        help=_("Addresses and networks, one a line. Whoever can open a unix socket may."),
        check=check_networks,
    )
    recipients: str = setting(
        "all",
        label=_("Recipients"),
        help=_("With the second one, mail to any other address is refused for good (550), and its sender is told."),
        choices=(("all", _("Take mail to every address")), ("ours", _("Take mail to our own addresses alone"))),
    )
    size_mb: int = setting(
        50, label=_("Largest mail"), minimum=1, maximum=50, help=_("In megabytes. What is larger is refused (552).")
    )
    connections: int = setting(
        50,  # a Postfix keeps twenty open by default
        label=_("Connections at once"),
        minimum=1,
        maximum=500,
        help=_("Whoever comes after is to come again."),
    )
    timeout: int = setting(
        300,
        label=_("Time limit"),
        minimum=5,
        maximum=3600,
        help=_("Seconds that a client may be silent, or take for one mail."),
    )
    certificate: str = setting(
        "",
        label=_("Certificate"),
        help=_("File with certificate and key (PEM), for STARTTLS. Empty for none."),
    )
    require_tls: bool = setting(False, label=_("Take mail over TLS alone"), help=_("Needs a certificate."))
