"""How many statements it takes to promise mails: whatever is set up, it does not grow with the words, sets and audiences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from tests.queries import counted

from hookdesk.api import Actor, ReplyDraft, Ticket, actors, site, system, threads, tickets
from hookdesk_email_out import editing, matrix
from hookdesk_email_out.audiences import LABELS
from hookdesk_email_out.default_words import KINDS
from hookdesk_email_out.editing import Place
from hookdesk_email_out.kinds import ALERTS
from hookdesk_email_out.settings import Settings
from hookdesk_email_out.wordings import Draft

pytestmark = pytest.mark.plugins("email_out", "storage_fs")


@pytest.mark.parametrize("much", [False, True])
def test_promising_takes_few_statements(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int], much: bool
) -> None:  # fmt: skip
    """A new ticket (requester and an agent told), a reply (requester told), a message (the agent told)."""
    agent = make_agent()
    with hookdesk_app.app_context():
        if much:
            everything = {matrix.cell(kind.name, audience) for kind in ALERTS for audience in LABELS}
            matrix.save(system(), site().settings.get("email_out", Settings), everything)
            for set_id in (None, editing.save_set(system(), "Loud")):
                for kind in KINDS:
                    for locale in ("", "en", "de"):
                        editing.save(
                            system(), Place(set_id, kind.name, locale), Draft("{{ subject }}", "{{ text }} {{ url }}")
                        )
    run_jobs("outbox")
    ticket = make_ticket()
    assert statements(hookdesk_app, run_jobs) <= 27  # one of them lets go of replies that could be taken back
    with hookdesk_app.app_context():
        tickets.assign(agent, ticket.id, agent.agent_id)
        run_jobs("outbox")
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water."))
        assert statements(hookdesk_app, run_jobs) <= 18
        requester = actors.requester_actor(ticket.user_id)
        assert requester is not None
        threads.post(requester, ReplyDraft(ticket_id=ticket.id, kind="message", text="Thanks"))
        assert statements(hookdesk_app, run_jobs) <= 18


def statements(app: Flask, run_jobs: Callable[..., int]) -> int:
    """How many it takes to hand over what has happened."""
    with counted(app) as found:
        run_jobs("outbox")
    return len(found)
