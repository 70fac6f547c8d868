"""One row of a file as what the services store: what does not fit is said in words, what the file does not tell is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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

BATCH = 500
_SAME = {"name": "name", "phone": "phone", "notes": "notes", "language": "locale"}


class Pass:
    """What one pass over a file has asked already: ten thousand rows must not ask it again."""

    def __init__(self, addresses: Iterable[str] | None = None) -> None:
        """`addresses`: all that the pass will meet, so that those of nobody are known at once."""
        self._taken = None if addresses is None else _taken(addresses)
        self._answers: dict[tuple[Any, str], Any] = {}

    def owner(self, address: str) -> Any:
        """The user with an address."""
        return None if self._taken is not None and address not in self._taken else _owner(address)

    def once(self, ask: Callable[[str], Any], text: str) -> Any:
        """An answer that does not change meanwhile."""
        key = (ask, text)
        if key not in self._answers:
            self._answers[key] = ask(text)
        return self._answers[key]

    def named(self, model: Any, name: str, problem: str) -> int:
        """The row of that name, whatever its case.

        Raises:
            DirectoryProblem: there is none.
        """
        key = (model, name.strip().lower())
        if key not in self._answers:
            self._answers[key] = reading().scalar(select(model.id).where(func.lower(model.name) == key[1]))
        found: int | None = self._answers[key]
        if found is None:
            raise directory.DirectoryProblem(problem + (f" ({name[:60]})" if name else ""))
        return found


def _taken(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses that somebody has."""
    wanted = sorted({people.normal_address(text) for text in addresses})
    return {
        found
        for start in range(0, len(wanted), BATCH)
        for found in reading().scalars(
            select(UserEmail.address).where(UserEmail.address.in_(wanted[start : start + BATCH]))
        )
    }


def user(values: Mapping[str, str], asked: Pass) -> tuple[int | None, users.UserData]:
    """Whose row it is (None: somebody new) and what is to be stored.

    Raises:
        DirectoryProblem: something does not fit.
    """
    address = _address(values.get("address", ""))
    row = asked.owner(address)
    if row is not None and reading().scalar(select(Agent.id).where(Agent.user_id == row.id)) is not None:
        raise directory.DirectoryProblem(_("%(address)s belongs to an agent.", address=address))
    before = known.addresses(row.id) if row is not None else [address]
    further = [_address(text) for text in values.get("further", "").replace(",", " ").replace(";", " ").split()]
    changes = _plain(values, address if row is None else "")
    if values.get("organization"):
        changes["organization_id"] = asked.named(
            Organization, values["organization"], _("There is no organization of that name.")
        )
    elif row is None:
        changes["organization_id"] = asked.once(_organization_of_domain, address.rpartition("@")[2])
    changes["addresses"] = tuple(dict.fromkeys([*before, *further]))
    return (row.id if row is not None else None), filled(users.UserData, row, **changes)


def agent(values: Mapping[str, str], asked: Pass) -> tuple[int | None, agents.AgentData]:
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
            changes[f"{field}_id"] = asked.named(model, values.get(field, ""), problem)
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


def _organization_of_domain(domain: str) -> int | None:
    """The organization that new users from a domain belong to."""
    return people.organization_of(f"anybody@{domain}")


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
