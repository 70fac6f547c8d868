"""Core's own settings: what every site has, whichever plugins run."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk import networks
from hookdesk.settings.fields import setting

LOCALE = Path(__file__).parent.parent / "locale"


@cache  # tzdata is some six hundred files
def _timezones() -> Sequence[tuple[str, str]]:
    """UTC and the zones of places; not the bare offsets, abbreviations and machine names that tzdata carries along."""
    places = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in ("UTC", *sorted(places))]


def _languages() -> Sequence[tuple[str, str]]:
    """English, and every language that core has a catalogue for, by its own name."""
    known = {"en", *(file.parts[-3] for file in LOCALE.glob("*/LC_MESSAGES/messages.mo"))}
    return sorted((code, str(Locale.parse(code).display_name)) for code in known)


def _network_problem(listed: tuple[str, ...]) -> str:
    """Which lines are no network."""
    wrong = ", ".join(line[:60] for line in networks.unreadable(listed)[:3])
    return str(_("This is no address and no network: %(lines)s", lines=wrong)) if wrong else ""


@dataclass(frozen=True)
class CoreSettings:
    """The scope "core"."""

    version: ClassVar[int] = 1

    site_name: str = setting("Hookdesk", label=_l("Name of the helpdesk"), minimum=1, maximum=100)
    default_locale: str = setting(
        "en",
        label=_l("Language"),
        help=_l("For mail, and for visitors whose browser asks for none that is here."),
        choices=_languages,
    )
    timezone: str = setting("UTC", label=_l("Time zone"), choices=_timezones)
    default_theme: str = setting(
        "default", label=_l("Theme"), help=_l("The name of an installed theme."), maximum=40, elsewhere=True
    )
    ticket_number_start: int = setting(10_000, label=_l("First ticket number"), minimum=1, maximum=10**12)
    session_idle_minutes: int = setting(
        720,
        label=_l("Minutes until an unused session ends"),
        help=_l("Whoever does nothing for that long has to sign in again."),
        minimum=5,
        maximum=60 * 24 * 30,
    )
    session_days: int = setting(
        14, label=_l("Days until any session ends"), help=_l("However busy it is."), minimum=1, maximum=365
    )
    session_bound_to_address: bool = setting(
        False,
        label=_l("Sessions stay with their address"),
        help=_l("A session that comes from another address ends. Laptops and phones that move have to sign in anew."),
    )
    agent_networks: tuple[str, ...] = setting(
        (),
        label=_l("Agents' networks"),
        help=_l(
            "One address or network a line, as 192.0.2.0/24. Agents can only sign in from there; empty allows all."
        ),
        maximum=200,
        check=_network_problem,
    )
    agents_shown: str = setting(
        "name",
        label=_l("How requesters know agents"),
        help=_l("On the portal's pages and in mail. Without names, agents' own signatures stay out of mail, too."),
        choices=(
            ("name", _l("By their names")),
            ("department", _l("By their department, if it is a public one")),
            ("support", _l("As “Support”")),
        ),
    )
    max_files: int = setting(10, label=_l("Files in one message, at most"), minimum=0, maximum=100)
    max_file_bytes: int = setting(
        25 * 1024 * 1024, label=_l("Size of one file, at most (bytes)"), minimum=1024, maximum=2**31
    )
    allowed_file_types: tuple[str, ...] = setting(
        (),
        label=_l("Allowed file types"),
        help=_l(
            "One ending a line, as .pdf; what a file holds has to fit it. Empty allows all. Mail is taken whole, whatever it brings."
        ),
        maximum=200,
    )
    bin_days: int = setting(
        30,
        label=_l("Days in the bin"),
        help=_l("A deleted ticket can be brought back for so long. After that it is gone, with its files."),
        minimum=1,
        maximum=3650,
    )
    portal_intro: str = setting("", label=_l("Words on the first page"), multiline=True, maximum=4000)
