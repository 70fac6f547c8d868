"""Clients that were written for osTicket, against a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from pyosticket import OSTicketAPI, TicketModel
from requests import HTTPError
from sqlalchemy import select
from werkzeug.serving import make_server

from hookdesk.api import Attachment, Ticket, reading

pytestmark = pytest.mark.plugins("api_osticket", "storage_fs", "topics")


@pytest.fixture
def address(hookdesk_app: Flask) -> Iterator[str]:
    """The site on a port of this machine."""
    server = make_server("127.0.0.1", 0, hookdesk_app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Model(TicketModel):
    """pyosticket's own model reads a `message` for which it has no slot; each of its users adds it like this."""

    message = "data:text/html,The printer <b>burns</b>"


def ticket(subject: str = "The printer is on fire") -> Model:
    """A ticket with a file."""
    file = {"picture.png": "data:image/png;base64,iVBORw0KGgo="}
    return Model("Grace Hopper", "grace@example.org", subject, topic_id="1", attachments=[file])


def test_pyosticket_opens_tickets(address: str, hookdesk_app: Flask, make_key: Callable[..., str]) -> None:
    client = OSTicketAPI(address, make_key())
    number, status = client.ticket.create(ticket())
    assert status == 201
    with hookdesk_app.app_context():
        made = reading().scalars(select(Ticket).where(Ticket.number == str(number))).one()
        assert (made.subject, made.topic_ref) == ("The printer is on fire", "topics:1")
        assert reading().scalar(select(Attachment.filename).where(Attachment.ticket_id == made.id)) == "picture.png"
    client.session.close()


def test_pyosticket_is_told_what_is_wrong(address: str, make_key: Callable[..., str]) -> None:
    for key, subject, status in (("0" * 40, "S", 401), (make_key(), "", 422)):
        client = OSTicketAPI(address, key)
        with pytest.raises(HTTPError) as failed:
            client.ticket.create(ticket(subject))
        assert failed.value.response.status_code == status
        client.session.close()
