"""One row of a file as what the services store: what does not fit is said in words, what the file does not tell is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from hookdesk.api import (
    Agent,
    CoreSettings,
    Department,
    Organization,
    Role,
    User,
    UserEmail,
    agents,
    clean_text,
    describe,
    directory,
    people,
    reading,
    users,
)
from hookdesk_admin.queries import people as known
from hookdesk_admin.views.editing import filled

_SAME = {"name": "name", "phone": "phone", "notes": "notes", "language": "locale"}


def user(values: Mapping[str, str]) -> tuple[int | None, users.UserData]:
    """Whose row it is (None: somebody new) and what is to be stored.

    Raises:
        DirectoryProblem: something does not fit.
    """
    address = _address(values.get("address", ""))
    row = _owner(address)
    if row is not None and reading().scalar(select(Agent.id).where(Agent.user_id == row.id)) is not None:
        raise directory.DirectoryProblem(_("%(address)s belongs to an agent.", address=address))
    before = known.addresses(row.id) if row is not None else [address]
    further = [_address(text) for text in values.get("further", "").replace(",", " ").replace(";", " ").split()]
    changes = _plain(values, address if row is None else "")
    if values.get("organization"):
        changes["organization_id"] = _named(
            Organization, values["organization"], _("There is no organization of that name.")
        )
    elif row is None:
        changes["organization_id"] = people.organization_of(address)
    changes["addresses"] = tuple(dict.fromkeys([*before, *further]))
    return (row.id if row is not None else None), filled(users.UserData, row, **changes)


def agent(values: Mapping[str, str]) -> tuple[int | None, agents.AgentData]:
    """The same for a row about an agent, who is found by login.

    Raises:
        DirectoryProblem: something does not fit.
    """
    login, address = values.get("login", "").strip().lower(), _address(values.get("address", ""))
    if not agents.LOGIN.fullmatch(login):
        raise directory.DirectoryProblem(_("A login has 2 to 120 letters, digits or . _ @ + -"))
    found = reading().scalar(select(Agent.id).where(Agent.login == login))
    row = known.agent(found) if found is not None else None
    changes: dict[str, Any] = {**_plain(values, login if row is None else ""), "login": login, "address": address}
    places = (
        ("department", Department, _("There is no department of that name.")),
        ("role", Role, _("There is no role of that name.")),
    )
    for field, model, problem in places:
        if values.get(field) or row is None:
            changes[f"{field}_id"] = _named(model, values.get(field, ""), problem)
    if row is not None:
        extended, silent = known.extended(row.id)
        changes |= {"extended": extended, "silent": frozenset(silent), "teams": frozenset(known.teams_of(row.id))}
    return found, filled(agents.AgentData, row, **changes)


def _owner(address: str) -> Any:
    """The user with an address."""
    columns = User.__table__.columns
    return reading().first(
        select(*columns).join(UserEmail, UserEmail.user_id == User.id).where(UserEmail.address == address)
    )


def _address(text: str) -> str:
    """An address as it is stored."""
    normal = people.normal_address(text)
    if not normal:
        raise directory.DirectoryProblem(_("%(text)s is not an e-mail address.", text=repr(text[:100])))
    return normal


def _plain(values: Mapping[str, str], name: str) -> dict[str, Any]:
    """What is stored as it stands; an empty cell keeps what is there. `name` is for somebody new whom the file does not name."""
    told = {column: clean_text(values[field]) for field, column in _SAME.items() if values.get(field)}
    if "name" in told or name:
        told["name"] = people.clean_name(told.get("name", "")) or name.partition("@")[0]
    for column, label, most in (("name", _("Name"), 200), ("phone", _("Phone"), 60), ("notes", _("Notes"), 20_000)):
        if len(told.get(column, "")) > most:
            raise directory.DirectoryProblem(_("%(field)s: at most %(most)s characters.", field=label, most=most))
    if "locale" in told and told["locale"] not in _languages():
        raise directory.DirectoryProblem(_("%(text)s is no language that is here.", text=told["locale"][:20]))
    return told


def _languages() -> set[str]:
    """Codes of the languages that there are."""
    return next(
        {code for code, _label in field.choices} for field in describe(CoreSettings) if field.name == "default_locale"
    )


def _named(model: Any, name: str, problem: str) -> int:
    """The row of that name, whatever its case."""
    found: int | None = reading().scalar(select(model.id).where(func.lower(model.name) == name.strip().lower()))
    if found is None:
        raise directory.DirectoryProblem(problem + (f" ({name[:60]})" if name else ""))
    return found
