"""Whatever an administrator can give somebody is asked for somewhere: a box that does nothing would be a lie."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hookdesk.access import PERMISSIONS, SEE_ALL, SITE_PERMISSIONS

ROOT = Path(__file__).resolve().parents[2]
GIVEN = ("access.py", "firststeps.py", "company.py")
"""Where permissions are named or handed out, not asked for."""


def asked_for() -> str:
    """The source that asks."""
    files = [
        file
        for root in ("core", "plugins/builtin")
        for file in (ROOT / root).rglob("*")
        if file.suffix in (".py", ".html")
    ]
    return "\n".join(
        file.read_text(encoding="utf-8") for file in files if file.name not in GIVEN and "migrations" not in file.parts
    )


def test_every_permission_on_offer_is_asked_for() -> None:
    source = asked_for()
    offered = {name for name, _label, _group in (*PERMISSIONS, *SITE_PERMISSIONS)} - {
        SEE_ALL
    }  # which the guard itself asks
    assert {name for name in offered if not re.search(rf"""["']{re.escape(name)}["']""", source)} == set()


@pytest.mark.parametrize("permissions", [PERMISSIONS, SITE_PERMISSIONS])
def test_each_has_a_name_of_its_own_words_and_a_group(permissions: tuple[tuple[str, str, str], ...]) -> None:
    assert len({name for name, _label, _group in permissions}) == len(permissions)
    assert all(str(label) and str(group) for _name, label, group in permissions)
