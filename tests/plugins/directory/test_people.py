"""Users and organizations in the desk: for whom, what they show, what may be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.queries import counted

from hookdesk.api import (
    Actor,
    Agent,
    Department,
    Organization,
    Team,
    TeamMember,
    Ticket,
    User,
    UserEmail,
    organizations,
    participants,
    reading,
    system,
    tickets,
    users,
)
from hookdesk.testing import Client
from hookdesk_directory.paging import SIZE

pytestmark = pytest.mark.plugins("directory", "storage_fs")
Make = Callable[..., Any]


def text_of(client: Client, path: str) -> str:
    """What a page's main part says."""
    response = client.get(path)
    assert response.status_code == 200, path
    return " ".join(LexborHTMLParser(response.data).css_first("main").text().split())


def names(client: Client, path: str) -> list[str]:
    """The first column of a list."""
    tree = LexborHTMLParser(client.get(path).data)
    return [" ".join(one.css_first("td bdi").text().split()) for one in tree.css("tbody tr")]


def row(inside: Make, user_id: int) -> Any:
    """A user as stored."""
    return inside(lambda: reading().first(select(*User.__table__.columns).where(User.id == user_id)))


PAGES = {
    "": "user.directory",
    "/1": "user.directory",
    "/new": "user.create",
    "/1/edit": "user.edit",
    "/organizations": "user.directory",
    "/organizations/1": "user.directory",
    "/organizations/new": "organization.create",
    "/organizations/1/edit": "organization.edit",
}


@pytest.mark.parametrize("path", PAGES)
def test_each_page_needs_its_permission(
    browser: Client, ada: Actor, allow: Make, make_user: Make, make_organization: Make, path: str
) -> None:
    make_user("Grace", "grace@example.org")
    make_organization("Initech")
    assert browser.get(f"/agent/people{path}").status_code == 200
    allow(ada, *(set(PAGES.values()) - {PAGES[path]}))
    assert browser.get(f"/agent/people{path}").status_code == 403


def test_who_may_look_up_nobody_is_shown_no_way_there(
    browser: Client, ada: Actor, allow: Make, make_ticket: Make
) -> None:
    number = make_ticket().number
    pages = ("/agent/", f"/agent/tickets/{number}")
    assert all(b'href="/agent/people' in browser.get(page).data for page in pages)
    allow(ada)
    shown = [line.split(b'"')[0] for page in pages for line in browser.get(page).data.split(b'href="/agent/people')[1:]]
    assert set(shown) == {b"/agents"}  # colleagues


def test_agents_find_the_colleagues_that_they_may_know_of(
    browser: Client, make_agent: Callable[..., Actor], store: Make, allow: Make, ada: Actor
) -> None:
    joan, _alan = make_agent("joan", "Joan Clarke"), make_agent("alan", "Alan Turing")

    def move(session: Session) -> None:
        session.add_all([place := Department(name="Hut 8"), team := Team(name="Night shift")])
        session.flush()
        session.add(TeamMember(team_id=team.id, agent_id=ada.agent_id))
        session.execute(update(Agent).where(Agent.id == joan.agent_id).values(department_id=place.id, on_vacation=True))

    store(move)
    allow(ada, "agent.see_all", "department.see_all")
    page = text_of(browser, "/agent/people/agents")
    assert "Joan Clarke On vacation Hut 8" in page
    assert "Night shift" in page
    assert names(browser, "/agent/people/agents?q=turing") == ["Alan Turing"]
    allow(ada)
    assert names(browser, "/agent/people/agents") == ["Ada Lovelace", "Alan Turing"]
    assert "Hut 8" not in text_of(browser, "/agent/people/agents")


@pytest.mark.parametrize("asked", ["hopp", "GRACE@", "second@", "555", "Navy"])
def test_users_are_found_by_name_address_phone_and_organization(
    browser: Client, make_user: Make, make_organization: Make, asked: str
) -> None:
    navy = make_organization("Navy")
    make_user("Grace Hopper", "grace@example.org", "second@example.org", phone="5551234", organization_id=navy)
    make_user("Alan Turing", "alan@example.org")
    assert names(browser, f"/agent/people?q={asked}") == ["Grace Hopper"]
    assert "No user fits" in text_of(browser, "/agent/people?q=%25")


def test_the_list_goes_on_page_by_page_and_back(browser: Client, make_user: Make) -> None:
    everybody = sorted(f"Person {place:03}" for place in range(SIZE + 3))
    for place, name in enumerate(everybody):
        make_user(name, f"person{place}@example.org")
    tree = LexborHTMLParser(browser.get("/agent/people?q=person").data)
    following = tree.css_first("[rel=next]").attributes["href"]
    assert names(browser, "/agent/people?q=person") == everybody[:SIZE]
    assert names(browser, str(following)) == everybody[SIZE:]
    back = LexborHTMLParser(browser.get(str(following)).data).css_first("[rel=prev]").attributes["href"]
    assert names(browser, str(back)) == everybody[:SIZE]


def test_a_user_is_added_and_changed_and_what_the_form_does_not_show_stays(
    browser: Client, inside: Make, make_organization: Make
) -> None:
    make_organization("Initech")
    given = {"name": "Peter", "addresses": "peter@example.org\npete@example.org", "organization": "Initech"}
    browser.submit("/agent/people/new", {**given, "is_primary_contact": "y", "notes": "TPS reports"})
    peter = inside(lambda: reading().scalar(select(User.id).where(User.name == "Peter")))
    told = text_of(browser, f"/agent/people/{peter}")
    for words in ("peter@example.org", "pete@example.org", "Initech", "Primary contact", "TPS reports"):
        assert words in told
    data = users.UserData("Peter", ("peter@example.org",), locale="de", timezone="Europe/Berlin", is_banned=True)
    inside(lambda: users.save_user(system(), peter, data))
    browser.submit(f"/agent/people/{peter}/edit", {"name": "Peter Gibbons", "addresses": "new@example.org"})
    now = row(inside, peter)
    assert (now.name, now.locale, now.timezone, now.is_banned) == ("Peter Gibbons", "de", "Europe/Berlin", True)
    kept = inside(lambda: list(reading().scalars(select(UserEmail.address).where(UserEmail.user_id == peter))))
    assert kept == ["new@example.org"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"addresses": ""}, "addresses"),
        ({"addresses": "nobody"}, "addresses"),
        ({"addresses": "taken@example.org"}, "addresses"),
        ({"organization": "Nowhere"}, "organization"),
        ({"name": "x" * 300}, "name"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_stored(
    browser: Client, make_user: Make, inside: Make, given: dict[str, str], field: str
) -> None:
    make_user("Somebody", "taken@example.org")
    before = inside(lambda: reading().scalars(select(User.id)).all())
    sent = {"name": "Peter", "addresses": "peter@example.org", "notes": "what I wrote", **given}
    response = browser.submit("/agent/people/new", sent)
    assert response.status_code == 422
    tree = LexborHTMLParser(response.data)
    assert tree.css_first(f"#{field}").attributes.get("aria-invalid") == "true"
    assert "what I wrote" in tree.css_first("#notes").text()
    assert inside(lambda: reading().scalars(select(User.id)).all()) == before


def test_who_only_adds_users_puts_nobody_into_an_organization(
    browser: Client, ada: Actor, allow: Make, make_organization: Make, inside: Make
) -> None:
    """Its members may see all of its tickets. Where an address belongs there, its user does, as if they had written."""
    initech = make_organization("Initech", sharing="everybody", domains=("initech.example",))
    allow(ada, "user.create")
    form = LexborHTMLParser(browser.get("/agent/people/new?organization=Initech").data)
    assert form.css_first("#organization") is None
    for address, place in (("peter@example.org", None), ("milton@initech.example", initech)):
        sent = {"name": "New", "addresses": address, "organization": "Initech", "is_primary_contact": "y"}
        assert browser.submit("/agent/people/new", sent, follow=False).status_code == 302
        found = select(UserEmail.user_id).where(UserEmail.address == address)
        kept = row(inside, inside(lambda asked=found: reading().scalar(asked)))
        assert (kept.organization_id, kept.is_primary_contact) == (place, False)


def test_an_agent_is_changed_by_administrators_alone(
    browser: Client, ada: Actor, make_agent: Make, inside: Make
) -> None:
    """Whoever could give an agent another address could have their password mailed to it."""
    boss = make_agent("boss", "The boss", is_admin=True)
    assert b"/edit" not in browser.get(f"/agent/people/{boss.user_id}").data
    given = {"name": "The boss", "addresses": "ada@elsewhere.example"}
    response = browser.submit(f"/agent/people/{boss.user_id}/edit", given)
    assert response.status_code == 422
    assert "Only administrators change agents" in response.get_data(as_text=True)
    browser.submit("/agent/people", {"banned": "1"}, to=f"/agent/people/{boss.user_id}/ban")
    assert not row(inside, boss.user_id).is_banned
    addresses = select(UserEmail.address).where(UserEmail.user_id == boss.user_id)
    assert inside(lambda: list(reading().scalars(addresses))) == ["boss@helpdesk.example"]


def button(client: Client, path: str, act: str) -> str:
    """What the button that posts to `act` says; "" if a page shows none without opening a menu."""
    found = LexborHTMLParser(client.get(path).data).css_first(f'form[action="{act}"]')
    return " ".join(found.text().split()) if found and found.parent and found.parent.tag == "header" else ""


def test_a_user_is_banned_and_let_in_again_by_who_may(
    browser: Client, ada: Actor, allow: Make, make_user: Make, inside: Make
) -> None:
    grace = make_user("Grace", "grace@example.org")
    page, act = f"/agent/people/{grace}", f"/agent/people/{grace}/ban"
    assert button(browser, page, act) == "Ban"
    assert "Grace is banned." in browser.submit(page, {"banned": "1"}, to=act).get_data(as_text=True)
    assert row(inside, grace).is_banned
    assert names(browser, "/agent/people?show=banned") == ["Grace"]
    assert button(browser, page, act) == "Lift the ban"
    browser.submit(page, {"banned": "0"}, to=act)
    assert not row(inside, grace).is_banned
    allow(ada, "user.directory", "user.edit")
    assert button(browser, page, act) == ""
    assert browser.submit(f"{page}/edit", {"banned": "1"}, to=act).status_code == 403
    assert not row(inside, grace).is_banned


def test_pages_show_the_tickets_that_the_agent_sees(
    browser: Client, make_agent: Make, make_ticket: Make, make_department: Make, make_organization: Make, inside: Make
) -> None:
    initech = make_organization("Initech", domains=("example.org",))
    seen, hidden = make_ticket("Seen by all"), make_ticket("CANARY of the board")
    boss = make_agent("boss", is_admin=True)
    inside(lambda: tickets.transfer(boss, hidden.id, make_department("Board")))
    for page in (f"/agent/people/{seen.user_id}", f"/agent/people/organizations/{initech}"):
        told = text_of(browser, page)
        assert "Seen by all" in told
        assert "CANARY" not in told


def test_a_users_page_shows_what_they_follow_as_far_as_the_agent_sees_it(
    browser: Client, make_agent: Make, make_ticket: Make, make_department: Make, make_user: Make, inside: Make
) -> None:
    peter, boss = make_user("Peter", "peter@example.org"), make_agent("boss", is_admin=True)
    assert "Follows" not in text_of(browser, f"/agent/people/{peter}")
    seen, hidden = make_ticket("Seen by all"), make_ticket("CANARY of the board")
    for ticket in (seen, hidden):
        inside(lambda one=ticket: participants.add_collaborator(boss, one.id, "peter@example.org"))
    inside(lambda: tickets.transfer(boss, hidden.id, make_department("Board")))
    told = text_of(browser, f"/agent/people/{peter}")
    assert "Follows" in told
    assert "Seen by all" in told
    assert "CANARY" not in told
    assert "Follows" not in text_of(browser, f"/agent/people/{seen.user_id}")


def test_an_organization_is_added_and_changed_with_all_that_it_has(
    browser: Client, ada: Actor, inside: Make, make_user: Make
) -> None:
    given = {
        "name": "Initech", "domains": "initech.example\n.initech.test", "sharing": "primary", "followers": "everybody",
        "manager_agent_id": str(ada.agent_id), "manager_team_id": "0", "assigns_manager": "y", "notes": "Two bosses",
    }  # fmt: skip
    browser.submit("/agent/people/organizations/new", given)
    found = inside(lambda: reading().first(select(*Organization.__table__.columns)))
    assert (found.sharing, found.followers, found.manager_agent_id) == ("primary", "everybody", ada.agent_id)
    assert found.assigns_manager
    make_user("Peter", "peter@initech.example", organization_id=found.id, is_primary_contact=True)
    told = text_of(browser, f"/agent/people/organizations/{found.id}")
    for words in ("initech.example", ".initech.test", "Ada Lovelace", "Two bosses", "Peter", "Primary contact"):
        assert words in told
    browser.submit(f"/agent/people/organizations/{found.id}/edit", {**given, "name": "Initrode", "domains": ""})
    assert inside(lambda: organizations.domains_of(found.id)) == []
    assert names(browser, "/agent/people/organizations") == ["Initrode"]


def test_an_organization_without_members_and_tickets_is_deleted_by_who_may(
    browser: Client, ada: Actor, allow: Make, make_user: Make, make_organization: Make
) -> None:
    empty, used = make_organization("Empty"), make_organization("Initech")
    make_user("Peter", "peter@initech.example", organization_id=used)
    paths = [f"/agent/people/organizations/{one}" for one in (empty, used)]
    assert not any(f"{path}/delete" in browser.get(path).get_data(as_text=True) for path in paths)
    assert browser.submit(f"{paths[0]}/edit", {}, to=f"{paths[0]}/delete").status_code == 403
    allow(ada, "user.directory", "organization.edit", "organization.delete")
    assert f"{paths[0]}/delete" in browser.get(paths[0]).get_data(as_text=True)
    told = [browser.submit(path, {}, to=f"{path}/delete").get_data(as_text=True) for path in paths]
    assert "Empty was deleted." in told[0]
    assert "Initech is in use: 1 user. Nothing was deleted." in told[1]
    assert names(browser, "/agent/people/organizations") == ["Initech"]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": "Taken"}, "name"), ({"domains": "not a domain"}, "domains"), ({"manager_agent_id": "999"}, "manager_agent_id")],
)  # fmt: skip
def test_what_does_not_fit_an_organization_is_said(
    browser: Client, make_organization: Make, given: dict[str, str], field: str
) -> None:
    make_organization("Taken")
    sent = {"name": "New", "sharing": "nobody", "followers": "nobody", "manager_agent_id": "0", "manager_team_id": "0"}
    response = browser.submit("/agent/people/organizations/new", {**sent, **given})
    assert response.status_code == 422
    assert LexborHTMLParser(response.data).css_first(f"#{field}[aria-invalid=true]") is not None


def test_what_is_not_there_is_not_found(browser: Client) -> None:
    for path in ("/999", "/999/edit", "/organizations/999", "/organizations/999/edit", "/9999999999999999999"):
        assert browser.get(f"/agent/people{path}").status_code == 404


def test_the_pages_take_few_queries(
    hookdesk_app: Flask, browser: Client, make_ticket: Callable[..., Ticket], make_organization: Make
) -> None:
    initech = make_organization("Initech", domains=("example.org",))
    user_id = 0
    for place in range(12):
        user_id = make_ticket(f"ticket {place}", email=f"person{place}@example.org").user_id
    for path in ("", f"/{user_id}", "/organizations", f"/organizations/{initech}", f"/{user_id}/edit"):
        browser.get(f"/agent/people{path}")
        with counted(hookdesk_app) as statements:
            assert browser.get(f"/agent/people{path}").status_code == 200
        assert 0 < len(statements) <= 9, "\n".join(statements)


@pytest.mark.plugins("directory", "accounts", "storage_fs")
def test_the_account_of_a_user_is_seen_and_kept_here_by_who_may(
    browser: Client, ada: Actor, allow: Make, make_user: Make
) -> None:
    page = f"/agent/people/{make_user('Grace', 'grace@example.org')}"
    assert "Account" not in text_of(browser, page)
    allow(ada, "user.directory", "user.manage")
    assert "Has no account" in text_of(browser, page)
    user_id = page.rpartition("/")[2]
    answer = browser.submit(page, to=f"/agent/accounts/{user_id}/link", follow=False)
    assert answer.headers["Location"] == page
