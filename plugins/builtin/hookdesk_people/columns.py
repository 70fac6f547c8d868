"""Which column of a file is which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

LABELS: Mapping[str, object] = {
    "name": _l("Name"),
    "address": _l("E-mail address"),
    "further": _l("Further addresses"),
    "phone": _l("Phone"),
    "organization": _l("Organization"),
    "notes": _l("Notes"),
    "language": _l("Language"),
    "login": _l("User name"),
    "department": _l("Department"),
    "role": _l("Role"),
}
FIELDS: Mapping[str, tuple[str, ...]] = {
    "users": ("name", "address", "further", "phone", "organization", "notes", "language"),
    "agents": ("name", "address", "login", "department", "role", "phone", "notes", "language"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {"users": ("address",), "agents": ("address", "login")}
_CALLED: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "fullname", "displayname", "vollername"),
    "address": ("email", "emailaddress", "mail", "address", "emailadresse"),
    "further": ("furtheraddresses", "furtheremails", "otheremails", "weitereadressen"),
    "phone": ("phone", "phonenumber", "telephone", "telefon"),
    "organization": ("organization", "organisation", "company", "firma"),
    "notes": ("notes", "note", "internalnotes", "notizen", "notiz"),
    "language": ("language", "locale", "sprache"),
    "login": ("login", "username", "benutzername", "anmeldename"),
    "department": ("department", "dept", "abteilung"),
    "role": ("role", "rolle"),
}


def guessed(kind: str, header: Sequence[str]) -> dict[str, int]:
    """Field → place of the column whose heading says so."""
    plain = ["".join(letter for letter in text.lower() if letter.isalnum()) for text in header]
    found = {}
    for field in FIELDS[kind]:
        places = [place for place, text in enumerate(plain) if text in _CALLED[field]]
        if places:
            found[field] = places[0]
    return found


def picked(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """The fields of a row; those that no column has are absent."""
    return {field: cells[place] if place < len(cells) else "" for field, place in columns.items()}
