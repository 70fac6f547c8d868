"""Banned senders: nothing of theirs comes in, nothing is mailed there, and agents see why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from hookdesk.api import ANONYMOUS, Actor, Forbidden, InboundMessage, Outcome, Ticket, UserEmail, intake, site, transact
from hookdesk.services import people
from hookdesk.testing.instances import Client
from hookdesk_bans import services
from hookdesk_bans.plugin import Settings

pytestmark = pytest.mark.plugins("bans", "desk", "directory", "admin", "email_out", "storage_fs")
Agents = Callable[..., Actor]


def write(address: str) -> Any:
    """Something from that address."""
    return intake.submit(InboundMessage("portal", address, "Somebody", "Buy this", "Now"), ANONYMOUS)


@pytest.mark.parametrize(
    ("banned", "sender", "is_out"),
    [
        ("spam@example.org", "Spam@Example.org", True),
        ("spam@example.org", "other@example.org", False),
        ("example.org", "other@example.org", True),
        ("@example.org", "other@mail.example.org", True),
        ("example.org", "other@notexample.org", False),
        ("mail.example.org", "other@example.org", False),
        ("müller.example", "other@xn--mller-kva.example", True),
        ("xn--mller-kva.example", "other@mail.müller.example", True),
        ("spam@müller.example", "spam@xn--mller-kva.example", True),
    ],
)
def test_who_is_banned_makes_no_ticket(
    hookdesk_app: Flask, make_agent: Agents, banned: str, sender: str, is_out: bool
) -> None:
    boss = make_agent("boss", "Boss", is_admin=True)
    with hookdesk_app.app_context():
        services.ban(boss, banned, "Sells things")
        settled = write(sender)
        assert (settled.outcome is Outcome.REJECTED) is is_out
        if is_out:
            assert settled.reason == f"{services.normal(banned)} is banned (Sells things)"
            site().settings.save("bans", Settings, {"outcome": "quarantine"}, boss)
            assert write(sender).outcome is Outcome.QUARANTINED
            services.lift(boss, services.found(services.normal(banned))[0].id)
            assert write(sender).outcome is Outcome.TICKET


def test_who_may_ban_whom(hookdesk_app: Flask, make_agent: Agents) -> None:
    boss, agent = make_agent("boss", "Boss", is_admin=True), make_agent("ada", "Ada")
    with hookdesk_app.app_context():
        with pytest.raises(Forbidden):
            services.ban(agent, "spam@example.org")
        theirs = people.primary_address(agent.user_id or 0) or ""
        for wrong in ("", "nonsense", "a@b@c", "org", theirs, theirs.partition("@")[2]):
            with pytest.raises(services.BanProblem):
                services.ban(boss, wrong)
        moved = update(UserEmail).where(UserEmail.user_id == agent.user_id).values(address="ada@desk.example.org")
        transact(lambda session: session.execute(moved))
        with pytest.raises(services.BanProblem, match="agent"):
            services.ban(boss, "example.org")


def test_agents_ban_a_sender_and_see_it_beside_the_ticket(
    hookdesk_client: Client, make_agent: Agents, make_ticket: Callable[..., Ticket]
) -> None:
    ticket, page = make_ticket(), f"/agent/tickets/{make_ticket().number}"
    hookdesk_client.sign_in(make_agent("boss", "Boss", is_admin=True))
    assert f"{page}/ban" in hookdesk_client.get(page).text
    done = hookdesk_client.submit(f"{page}/ban", {"value": "grace@example.org", "note": "Rude"}, to=f"{page}/ban")
    assert "grace@example.org is banned." in done.text
    for shown in (page, f"/agent/people/{ticket.user_id}"):
        assert "nothing comes in from there" in hookdesk_client.get(shown).text
    assert "Rude" in hookdesk_client.get("/admin/bans?q=grace").text
    assert "No ban has these words" in hookdesk_client.get("/admin/bans?q=nobody").text
    assert "may write again" in hookdesk_client.submit("/admin/bans", to="/admin/bans/1/lift").text
    assert "nothing comes in from there" not in hookdesk_client.get(page).text
    refused = hookdesk_client.submit("/admin/bans", {"value": "nonsense"}, to="/admin/bans")
    assert refused.status_code == 422


@pytest.mark.plugins("bans", "limits", "admin", "desk")
def test_who_is_turned_away_by_another_list_stands_in_the_same_one(
    hookdesk_client: Client, make_agent: Agents, hookdesk_app: Flask
) -> None:
    """One entry of the menu, one page; both lists go on to work."""
    from hookdesk_limits import services as limits

    boss = make_agent("boss", "Boss", is_admin=True)
    with hookdesk_app.app_context():
        limits.block(boss, ".adverts.example", "Sent us adverts")
        services.ban(boss, "grace@example.org", "Rude")
    hookdesk_client.sign_in(boss)
    page = hookdesk_client.get("/admin/blocked", follow_redirects=True)
    assert page.request.path == "/admin/bans"
    assert ("@.adverts.example" in page.text, "grace@example.org" in page.text) == (True, True)
    assert 'href="/admin/blocked"' not in page.text
    assert "Rude" not in hookdesk_client.get("/admin/bans?q=us+adverts").text
    lifted = hookdesk_client.submit("/admin/bans", to="/admin/blocked/1/delete")
    assert lifted.request.path == "/admin/bans"
    assert ("@.adverts.example" in lifted.text, "grace@example.org" in lifted.text) == (False, True)
    with hookdesk_app.app_context():
        assert limits.blocked("a@b.adverts.example") is None
