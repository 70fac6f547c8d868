"""What it costs to send mail: a queue that is full, a server on loopback that takes whatever it is told."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter, process_time

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.client import Unexpected
from benchmarks.figures import Figure
from benchmarks.instances import Instance
from hookdesk.api import Ticket, clock, reading, references, release, site, system, transact
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk_email_out import sending
from hookdesk_email_out.accounts import store
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings

NAMES = ("send_smtp",)
COUNT = 2000
TEXT = "Hello,\n\nthe display of your bike is on its way, and we are sorry for the wait.\n\n" * 24
"""About 2 kB."""
SINK = """
import socket, sys, threading
def serve(wire):
    lines, body = wire.makefile("rb"), False
    wire.sendall(b"220 sink\\r\\n")
    for line in lines:
        if body:
            if line != b".\\r\\n":
                continue
            body = False
        verb = line[:4].upper()
        if verb == b"DATA":
            body = True
            wire.sendall(b"354 go on\\r\\n")
        elif verb == b"QUIT":
            wire.sendall(b"221 bye\\r\\n")
            return
        elif verb == b"EHLO":
            wire.sendall(b"250-sink\\r\\n250 SIZE 50000000\\r\\n")
        else:
            wire.sendall(b"250 2.0.0 Ok\\r\\n")
door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("up", flush=True)
while True:
    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
"""


def measure(instance: Instance, wanted: Collection[str]) -> Iterator[Figure]:
    """The figure, in this process, on an instance whose changes are thrown away."""
    if "send_smtp" in wanted:
        app = create_app(load(instance.folder, {**os.environ, **instance.environment}))
        with _sink() as port:
            yield _sent(app, port, instance.tickets)


@contextmanager
def _sink() -> Iterator[int]:
    """A server in a process of its own, so that it takes no time of the sender's."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-S", "-c", SINK, str(port)], stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        yield int(port)
    finally:
        server.kill()
        server.wait()


def _sent(app: Flask, port: int, tickets: int) -> Figure:
    """2,000 mails of 2 kB by the job, over one account with one connection; CPU of this process a mail, and mails a second."""
    with app.app_context():
        given = store.Values(
            "Measured", "help@desk.example", host="127.0.0.1", port=port, security="none", is_plus=True, is_default=True
        )
        account_id = store.save(system(), given)
        transact(lambda session: _fill(session, account_id))
        settings = site().settings.get("email_out", Settings)
        release()
        began, used, done = perf_counter(), process_time(), 0
        while count := sending.send_due(settings):
            done += count
            release()
        seconds, cpu = perf_counter() - began, process_time() - used
        if (
            reading().scalar(select(Mail.id).where(Mail.key.startswith("measured"), Mail.state != "sent").limit(1))
            is not None
        ):
            raise Unexpected(f"{done} of {COUNT} mails were sent")
    return Figure("send_smtp", tickets, cpu * 1000 / COUNT, seconds * 1000 / COUNT, rps=COUNT / seconds)


def _fill(session: Session, account_id: int) -> None:
    """Mails about one ticket, to as many addresses."""
    ticket_id = session.scalars(select(Ticket.id).limit(1)).one()
    now = clock.now() - timedelta(seconds=1)
    rows = [
        {
            "key": f"measured.{n}", "template": "reply", "ticket_id": ticket_id, "account_id": account_id, "reason": "requester",
            "address": f"grace.{n}@example.org", "name": "Grace Hopper", "sender_name": "Ada", "subject": f"[#1] Measured mail {n}",
            "text": TEXT, "html": "", "message_id": references.message_id(ticket_id, n, "u1", "desk.example"), "in_reply_to": "",
            "references": references.thread_id(ticket_id, "desk.example"), "auto": "", "created_at": now, "due_at": now,
        }
        for n in range(COUNT)
    ]  # fmt: skip
    session.execute(insert(Mail), rows)
