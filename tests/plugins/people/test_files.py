"""Files of people: read whoever wrote them, checked before anything is stored, told row by row; and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk import clock
from hookdesk.models import Agent, Department, Organization, SystemLog, User, UserEmail
from hookdesk.site import site
from hookdesk.testing import Client
from hookdesk.types.actors import Actor
from hookdesk_people import files, imports
from hookdesk_people.models import Import, Row

pytestmark = [pytest.mark.plugins("people", "auth_password"), pytest.mark.requires("people", "auth_password")]
Read = Callable[[Any], list[Any]]


def send(client: Client, content: bytes, kind: str = "users") -> tuple[str, str]:
    """Upload a file: where that led, and the page there."""
    path = f"/admin/{kind}/import"
    answer = client.submit(path, {"file": (io.BytesIO(content), "people.csv")})
    return answer.request.path, answer.get_data(as_text=True)


def go(client: Client, path: str, run_jobs: Callable[..., int]) -> str:
    """Start an import and let the job do it; the page then."""
    client.submit(path, to=f"{path}/start")
    run_jobs("people.imports")
    return client.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    "content",
    [
        "name,email\nJörg Müller,j@example.org\n".encode(),
        "\ufeffname;email\r\nJörg Müller;j@example.org\r\n".encode(),
        "name\temail\nJörg Müller\tj@example.org\n".encode("utf-16"),
        "name|email\n\nJörg Müller | j@example.org\n,\n".encode("cp1252"),
        b'"name","email"\n"J\xc3\xb6rg M\xc3\xbcller","j@example.org"',
    ],
)
def test_what_spreadsheets_write_is_read(content: bytes) -> None:
    header, rows = files.read(content)
    assert header == ["name", "email"]
    assert rows[0] == ["Jörg Müller", "j@example.org"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "needs a line of headings"),
        (b"name,email\n", "at least one line"),
        (b"PK\x03\x04\x00\x00", "no"),
        (b"\x00\x01\x02\x03", "not a text file"),
        (b"a\n" * 10_002, "more than 10000 lines"),
        (b"a" * 5_000_001, "larger than 5 MB"),
        (b'a,b\n"' + b"x" * 200_000, "not readable as CSV"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, told: str, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context(), pytest.raises(files.FileProblem, match=told):
        files.read(content)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "=cmd|' /C calc'!A0"])
def test_nothing_that_is_written_is_a_formula_and_reading_it_brings_it_back(cell: str) -> None:
    written = "".join(files.lines([["name"], [cell]]))
    assert next(csv.reader(written.splitlines()[1:]))[0].startswith("'")
    assert files.read(written.encode())[1] == [[cell.strip() if cell.startswith("\t") else cell]] or cell == "\tx"


USERS = """Full name,E-mail,Other e-mails,Phone,Company,Notes,Language
Ada Lovelace,ada@example.org,ada@home.example; countess@example.org,77,Navy,Counts,de
Grace Hopper,GRACE@example.org,,,,,
,bob@example.org,,,,,
Nobody,nowhere,,,,,
Eve,eve@example.org,,,Army,,
Eve,eve2@example.org,,,,,xx
Twice,ada@example.org,,,,,
Root,root@helpdesk.example,,,,,
"""


@pytest.fixture
def grace(write: Callable[..., None]) -> int:
    """Somebody who is here already, and an organization."""
    now = clock.now()
    write(
        Organization(id=3, name="Navy", created_at=now),
        User(id=50, name="G. Hopper", phone="5", notes="Kept", locale="en", is_banned=True, created_at=now),
    )
    write(
        UserEmail(user_id=50, address="grace@example.org"),
        UserEmail(user_id=50, address="gh@example.org", is_primary=False),
    )
    return 50


def test_users_are_checked_then_stored_and_told_row_by_row(
    admin_client: Client, grace: int, read: Read, run_jobs: Callable[..., int]
) -> None:
    path, page = send(admin_client, USERS.encode())
    assert "2 rows would be added" in page
    assert "1 changed" in page
    for told in (
        "&#39;nowhere&#39; is not an e-mail address.", "There is no organization of that name. (Army)",
        "xx is no language that is here.", "ada@example.org stands in line 2, too.", "root@helpdesk.example belongs to an agent.",
    ):  # fmt: skip
        assert told in page
    assert len(read(select(User.id))) == 2  # the administrator and Grace: nothing is stored yet
    page = go(admin_client, path, run_jobs)
    assert "2 rows were added, 1 changed, 5 left out." in page
    ada = read(
        select(User.id, User.organization_id, User.phone, User.notes, User.locale).where(User.name == "Ada Lovelace")
    )
    assert ada[0][1:] == (3, "77", "Counts", "de")
    addresses = (
        select(UserEmail.address)
        .where(UserEmail.user_id == ada[0][0])
        .order_by(UserEmail.is_primary.desc(), UserEmail.id)
    )
    assert read(addresses) == ["ada@example.org", "ada@home.example", "countess@example.org"]
    kept = select(User.name, User.phone, User.notes, User.locale, User.is_banned).where(User.id == grace)
    assert read(kept) == [("Grace Hopper", "5", "Kept", "en", True)]
    mails = select(UserEmail.address).where(UserEmail.user_id == grace).order_by(UserEmail.id)
    assert read(mails) == ["grace@example.org", "gh@example.org"]
    assert read(select(User.name).join(UserEmail).where(UserEmail.address == "bob@example.org")) == ["bob"]
    report = admin_client.get(f"{path}/report.csv").get_data(as_text=True)
    assert [row[:2] for row in csv.reader(report.lstrip("\ufeff").splitlines())][:4] == [
        ["line", "outcome"], ["2", "added"], ["3", "changed"], ["4", "added"],
    ]  # fmt: skip
    assert any("imports users from people.csv" in line for line in read(select(SystemLog.message)))


def test_the_same_file_again_changes_nobody_twice(
    admin_client: Client, grace: int, read: Read, run_jobs: Callable[..., int]
) -> None:
    for _again in range(2):
        path, _page = send(admin_client, USERS.encode())
        page = go(admin_client, path, run_jobs)
    assert "0 rows were added, 3 changed" in page
    assert len(read(select(User.id))) == 4
    assert admin_client.submit("/admin/users/import", to=f"{path}/start").status_code == 404


def test_columns_are_chosen_where_the_headings_say_nothing(
    admin_client: Client, administrator: Actor, read: Read, run_jobs: Callable[..., int]
) -> None:
    path, page = send(admin_client, b"A;B\nada@example.org;Ada\n")
    assert "is not an e-mail address" in page
    page = admin_client.submit(path, {"name": "1", "address": "0", "phone": "99"}, to=f"{path}/columns").get_data(
        as_text=True
    )
    assert "1 row would be added" in page
    go(admin_client, path, run_jobs)
    assert "Ada" in read(select(User.name))


AGENTS = """Login;E-mail;Name;Department;Role;Phone
bea;bea@helpdesk.example;Bea;billing;AGENT;7
paul;paul@helpdesk.example;;;;8
new;new@helpdesk.example;New;;;
x y;xy@helpdesk.example;X;Billing;Agent;
root;root@helpdesk.example;;;Nothing;
"""


def test_agents_are_added_and_changed_by_their_login(
    admin_client: Client,
    make_agent: Callable[..., Actor],
    read: Read,
    write: Callable[..., None],
    run_jobs: Callable[..., int],
) -> None:
    paul = make_agent("paul", "Paul Plain")
    write(Department(id=9, name="Billing"))
    path, page = send(admin_client, AGENTS.encode(), "agents")
    for told in (
        "There is no department of that name.", "A login has 2 to 120 letters", "There is no role of that name. (Nothing)"
    ):  # fmt: skip
        assert told in page
    page = go(admin_client, path, run_jobs)
    assert "1 row was added, 1 changed, 3 left out." in page
    bea = select(Agent.name, Agent.department_id, Agent.phone, Agent.is_admin).where(Agent.login == "bea")
    assert read(bea) == [("Bea", 9, "7", False)]
    changed = select(Agent.name, Agent.phone, Agent.department_id).where(Agent.id == paul.agent_id)
    assert read(changed) == [("Paul Plain", "8", 1)]


def test_an_import_ends_if_its_administrator_is_none_any_more(
    hookdesk_app: Flask, admin_client: Client, administrator: Actor, read: Read, run_jobs: Callable[..., int]
) -> None:
    path, _page = send(admin_client, b"email\nada@example.org\n")
    admin_client.submit(path, to=f"{path}/start")
    with hookdesk_app.app_context(), site().db.write() as session:
        session.get(Agent, administrator.agent_id).is_admin = False  # type: ignore[union-attr]  # it is there
    run_jobs("people.imports")
    assert read(select(Import.state)) == ["done"]
    assert read(select(User.name).where(User.name == "ada")) == []


def test_files_are_forgotten_after_a_week(
    hookdesk_app: Flask, admin_client: Client, read: Read, run_jobs: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(admin_client, b"email\nada@example.org\n")
    with hookdesk_app.app_context(), clock.at(clock.now() + imports.KEPT * 2):
        imports.run()
    assert read(select(Row.line)) == []


def test_all_users_are_exported_and_can_be_read_in_again(
    admin_client: Client, grace: int, write: Callable[..., None], read: Read, run_jobs: Callable[..., int]
) -> None:
    write(User(id=60, name="=1+1", created_at=clock.now()))
    write(UserEmail(user_id=60, address="evil@example.org"))
    answer = admin_client.submit("/admin/users/import", to="/admin/users/export.csv")
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeffname,email")
    assert re.search(r"^'=1\+1,evil@example\.org", text, re.MULTILINE)
    assert "G. Hopper,grace@example.org,gh@example.org,5,,Kept,en" in text
    assert any("exported all users" in line for line in read(select(SystemLog.message)))
    path, page = send(admin_client, text.encode())
    assert "2 changed" in page
    assert "1 cannot be read" in page  # the administrator, who is an agent
    go(admin_client, path, run_jobs)
    assert read(select(User.name).where(User.id == 60)) == ["=1+1"]


def test_only_administrators_get_there(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    browser = hookdesk_app.test_client()
    assert isinstance(browser, Client)
    browser.sign_in(make_agent("ada", "Ada"))
    for path in (
        "users/import",
        "users/imports/1",
        "users/imports/1/report.csv",
        "agents/1/leave",
        "users/1/merge",
        "users/1/erase",
    ):
        assert browser.get(f"/admin/{path}").status_code == 403, path
