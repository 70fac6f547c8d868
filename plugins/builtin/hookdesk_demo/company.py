"""The demo company: departments, topics, agents with passwords, teams, organizations, and the people who write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from hookdesk.api import (
    PERMISSIONS,
    AccessHooks,
    Actor,
    Agent,
    AuthHooks,
    CoreSettings,
    Department,
    Organization,
    Priority,
    Role,
    Team,
    UserEmail,
    agents,
    directory,
    organizations,
    reading,
    release,
    site,
    system,
    users,
)
from hookdesk_demo import answers, paper, words

PASSWORD = "wheels within wheels"  # noqa: S105  # of a demo; shown on its sign-in page
FULL = "All access"


@dataclass(frozen=True, slots=True)
class Company:
    """Ids by name: departments, agents (by login), organizations (by domain); references of topics."""

    departments: Mapping[str, int]
    agents: Mapping[str, int]
    organizations: Mapping[str, int]
    topics: Mapping[str, str]
    domain: str


def found_company(writers: Iterable[tuple[str, str]]) -> Company:
    """Make everything; `writers` are (name, address) of those who will write. What is there already is used as it is."""
    plan, actor = words.load("company.toml"), system("Demo")
    site().settings.save(
        "core", CoreSettings, {"site_name": f"{plan['name']} support", "portal_intro": plan["intro"]}, actor
    )
    departments = _departments(plan, actor)
    topics = _topics(plan, departments, actor)
    paper.make_forms(actor, topics)
    staff = _agents(plan, departments, actor)
    _teams(plan, staff, actor)
    companies = _organizations(plan, actor)
    _filters(actor)
    answers.write_responses(departments, actor)
    for name, address in writers:
        _user(name, address, companies, actor)
    return Company(departments, staff, companies, topics, plan["domain"])


def _ids(model: Any, key: Any) -> dict[str, int]:
    """Ids by a unique column, as they are now."""
    release()
    return {row[0]: row[1] for row in reading().all(select(key, model.id))}


def _departments(plan: Mapping[str, Any], actor: Actor) -> dict[str, int]:
    """The company's departments; the site's default one stands for "Support"."""
    known = _ids(Department, Department.name)
    for item in plan["department"]:
        if item["name"] not in known:
            data = directory.DepartmentData(
                item["name"], is_public=item.get("is_public", True), signature=item["signature"]
            )
            known[item["name"]] = directory.save_department(actor, None, data)
    default = reading().scalar(select(Department.id).where(Department.is_default))
    return {"Support": int(default or 0), **known} if "Support" not in known else known


def _topics(plan: Mapping[str, Any], departments: Mapping[str, int], actor: Actor) -> dict[str, str]:
    """Topics that lead to the departments, in place of the general ones; {} while the plugin for topics is off."""
    if site().plugins.get("topics") is None:
        return {}
    from hookdesk_topics import services, tree

    release()
    for node in reversed(tree.nodes()):
        services.remove(actor, node.id)
    priorities, made, formats = _ids(Priority, Priority.key), dict[str, int](), _formats(plan, actor)
    for item in plan["topic"]:
        values = services.Values(
            name=item["name"],
            parent_id=made.get(item.get("above", "")),
            department_id=departments.get(item.get("department", "")),
            priority_id=priorities.get(item.get("priority", "")),
            is_public=item.get("is_public", True),
            intro=item.get("intro", ""),
            thanks=item.get("thanks", ""),
            answers=item.get("answers", True),
            number_ref=formats.get(item.get("number", ""), ""),
        )
        release()
        made[item["name"]] = services.save(actor, values)
    release()
    return {node.name: node.ref for node in tree.nodes()}


def _filters(actor: Actor) -> None:
    """What the company lets filters decide; nothing while the plugin for filters is off."""
    if site().plugins.get("filters") is None:
        return
    from hookdesk_filters import files

    release()
    files.imported(actor, files.read(words.text("filters.json")))
    release()


def _formats(plan: Mapping[str, Any], actor: Actor) -> dict[str, str]:
    """Number formats that topics ask for, each with a sequence: pattern → reference; {} while the plugin for numbers is off."""
    if site().plugins.get("numbers") is None:
        return {}
    from hookdesk_numbers import services

    made = {}
    for pattern in {item["number"] for item in plan["topic"] if "number" in item}:
        release()
        counted = services.save_sequence(actor, services.SequenceData(pattern))
        made[pattern] = f"numbers:{services.save_format(actor, services.FormatData(pattern, pattern, counted))}"
    return made


def _agents(plan: Mapping[str, Any], departments: Mapping[str, int], actor: Actor) -> dict[str, int]:
    """The agents, each with the password of the demo."""
    known = _ids(Agent, Agent.login)
    roles = _roles(actor)
    for item in plan["agent"]:
        if item["login"] in known:
            continue
        data = agents.AgentData(
            name=item["name"],
            login=item["login"],
            address=f"{item['login']}@{plan['domain']}",
            department_id=departments[item["department"]],
            role_id=roles[item.get("role", "Agent")],
            on_vacation=item.get("on_vacation", False),
            signature=f"{item['name']}\n{plan['name']}",
            extended={departments[name]: roles["Agent"] for name in item.get("also", ())},
        )
        agent_id = known[item["login"]] = agents.save_agent(actor, None, data)
        release()
        user_id = reading().scalar(select(Agent.user_id).where(Agent.id == agent_id))
        site().hooks.first(AuthHooks.auth_set_password, user_id=user_id, password=PASSWORD)
    return known


def _roles(actor: Actor) -> dict[str, int]:
    """The two roles that agents of the demo hold, made if the site has others; one holds what plugins have to give, too."""
    known = _ids(Role, Role.name)
    everything = tuple(name for name, _label, _group in PERMISSIONS)
    further = [name for name, _label, _group in site().hooks.collect(AccessHooks.permissions)]
    known[FULL] = directory.save_role(actor, known.get(FULL), directory.RoleData(FULL, (*everything, *further)))
    if "Agent" not in known:
        held = tuple(set(everything) - {"ticket.delete", "ticket.edit_entries"})
        known["Agent"] = directory.save_role(actor, None, directory.RoleData("Agent", held))
    return known


def _teams(plan: Mapping[str, Any], staff: Mapping[str, int], actor: Actor) -> None:
    """The teams."""
    known = _ids(Team, Team.name)
    for item in plan["team"]:
        if item["name"] not in known:
            members = tuple(staff[login] for login in item["members"])
            directory.save_team(actor, None, directory.TeamData(item["name"], staff[item["lead"]], members))


def _organizations(plan: Mapping[str, Any], actor: Actor) -> dict[str, int]:
    """Organizations by the domain that their people write from."""
    known = _ids(Organization, Organization.name)
    for item in plan["organization"]:
        if item["name"] not in known:
            data = organizations.OrganizationData(item["name"], item.get("notes", ""))
            known[item["name"]] = organizations.save_organization(actor, None, data)
    return {item["domain"]: known[item["name"]] for item in plan["organization"]}


def _user(name: str, address: str, organizations: Mapping[str, int], actor: Actor) -> None:
    """Somebody of an organization; everybody else becomes known when they write."""
    organization = organizations.get(address.partition("@")[2])
    release()
    if organization is None or reading().scalar(select(UserEmail.id).where(UserEmail.address == address)) is not None:
        return
    users.save_user(actor, None, users.UserData(name, (address,), organization))
