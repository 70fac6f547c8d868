"""Tags beside a ticket, without JavaScript; and in the admin panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import Actor, Ticket, release, system
from hookdesk.testing import Client
from hookdesk_tags import catalogue, services

pytestmark = pytest.mark.plugins("tags", "desk", "portal", "admin")


def test_an_agent_tags_a_ticket_beside_it(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    hookdesk_client.sign_in(make_agent())
    ticket = make_ticket()
    address = f"/agent/tickets/{ticket.number}"
    page = hookdesk_client.submit(address, {"add": "VIP, <b>"}, to=f"{address}/tags?sort=due").get_data(as_text=True)
    assert "Take off the tag VIP" in page
    assert "&lt;b&gt;" in page
    assert "sort=due" in page, "the way back to the list is kept"
    with hookdesk_app.app_context():
        vip = next(one.id for one in catalogue.everything().values() if one.name == "VIP")
    suggested = hookdesk_client.get(f"{address}/tags?add=x,").get_data(as_text=True)
    assert "VIP" not in suggested, "what the ticket has is not offered"
    page = hookdesk_client.submit(address, {"remove": vip}, to=f"{address}/tags").get_data(as_text=True)
    assert "Take off the tag VIP" not in page
    assert 'value="x, VIP"' in hookdesk_client.get(f"{address}/tags?add=x,v").get_data(as_text=True)
    page = hookdesk_client.submit(address, {"add": "x" * 60}, to=f"{address}/tags").get_data(as_text=True)
    assert "at most 40 characters" in page


def test_an_administrator_keeps_tags(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    hookdesk_client.sign_in(make_agent(is_admin=True))
    assert "No tag yet" in hookdesk_client.get("/admin/tags").get_data(as_text=True)
    for name in ("bill", "invoice"):
        hookdesk_client.submit("/admin/tags/new", {"name": name, "colour": "3"})
    assert hookdesk_client.submit("/admin/tags/new", {"name": "Bill", "colour": "0"}).status_code == 422
    told = hookdesk_client.submit("/admin/tags/new", {"name": "bill, unpaid", "colour": "0"})
    assert "Leave out the comma" in told.get_data(as_text=True), "who types it beside a ticket gets two"
    gone = hookdesk_client.submit("/admin/tags/1", {"into": 99}, to="/admin/tags/1/merge").get_data(as_text=True)
    assert "choose another tag that is still there" in gone
    ticket = make_ticket()
    with hookdesk_app.app_context():
        ids = {one.name: one.id for one in catalogue.everything().values()}
        services.put(system(), ticket.id, [ids["bill"]])
    page = hookdesk_client.get(f"/admin/tags/{ids['bill']}").get_data(as_text=True)
    assert "1 ticket has this tag" in page
    page = hookdesk_client.submit(
        f"/admin/tags/{ids['bill']}", {"into": ids["invoice"]}, to=f"/admin/tags/{ids['bill']}/merge"
    ).get_data(as_text=True)
    assert "now have the tag invoice" in page
    hookdesk_client.submit(f"/admin/tags/{ids['invoice']}", {}, to=f"/admin/tags/{ids['invoice']}/delete")
    with hookdesk_app.app_context():
        release()
        assert catalogue.everything() == {}
    assert hookdesk_client.get("/admin/tags/99").status_code == 404
