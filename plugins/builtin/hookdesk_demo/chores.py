"""What the company puts on its tickets besides: tags to find them by, tasks to be done, checklists for what comes again and again, links.

And whom it does not want to hear of again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import select

from hookdesk.api import Actor, Ticket, actors, clock, reading, release, site, system

TAGS = {"warranty": 1, "spare part missing": 3, "fleet": 4, "call back": 5, "translated": 6}
CHECKLISTS: Mapping[str, Sequence[tuple[str, int]]] = {
    "Return of a bike": (
        ("Send the return label", 1),
        ("Check the bike when it is here", 10),
        ("Pay the money back", 14),
    ),
    "New colleague": (("Order a laptop", 5), ("Give them a key", 7), ("Show them the workshop", 7)),
}
ALONE = (
    ("Count the spare batteries", 3),
    ("Renew the contract with the courier", 12),
    ("Order paper for the printer", -2),
)
TAGGED, TASKED, LINKED = 40, 8, 3
BANNED = {
    "lottery-winners.example": "Every day at four in the morning, to each of our addresses.",
    "offers@cheap-toner.example": "Was asked three times to stop.",
}


def do_some(chance: Random, agents: Mapping[str, int]) -> None:
    """Tags and tasks; nothing of what is off."""
    release()
    open_ones = select(Ticket.id, Ticket.assignee_id).where(Ticket.state == "open").order_by(Ticket.id.desc())
    rows = reading().all(open_ones.limit(TAGGED))
    people = [actor for actor in map(actors.agent_actor, agents.values()) if actor is not None]
    if site().plugins.get("tags") is not None:
        _tag(chance, [row.id for row in rows])
    if site().plugins.get("tasks") is not None:
        _give_tasks(chance, [row.id for row in rows if row.assignee_id], people)
    if site().plugins.get("merge") is not None:
        _link([row.id for row in rows[: 2 * LINKED]])
    if site().plugins.get("bans") is not None:
        _ban()


def _link(ticket_ids: Sequence[int]) -> None:
    """A few pairs that have to do with each other."""
    from hookdesk_merge import linking

    for first, second in zip(ticket_ids[::2], ticket_ids[1::2], strict=False):
        linking.link(system("Demo"), first, [second])


def _ban() -> None:
    """Senders who are not heard any longer."""
    from hookdesk_bans import services

    for value, note in BANNED.items():
        services.ban(system("Demo"), value, note)


def _tag(chance: Random, ticket_ids: Sequence[int]) -> None:
    """A few tags on some tickets."""
    from hookdesk_tags import services

    made = [services.save(system("Demo"), name, colour) for name, colour in TAGS.items()]
    for ticket_id in ticket_ids:
        if chance.random() < 0.5:
            services.put(system("Demo"), ticket_id, chance.sample(made, chance.choice((1, 1, 2))))


def _give_tasks(chance: Random, ticket_ids: Sequence[int], people: Sequence[Actor]) -> None:
    """Checklists on some tickets, a tick here and there, and what has to be done anyway."""
    from hookdesk_tasks import beside, checklists, closing, making

    for name, lines in CHECKLISTS.items():
        checklists.save(system("Demo"), name, [checklists.Line(title, days=days) for title, days in lines])
    release()
    listed = list(checklists.kept())
    for ticket_id in ticket_ids[:TASKED]:
        checklists.give(system("Demo"), ticket_id, chance.choice(listed))
        release()
        first = beside.of_ticket(ticket_id)[0]
        if chance.random() < 0.5:
            closing.set_open(system("Demo"), first.id, is_open=False)
    for title, days in ALONE:
        actor = chance.choice(people)
        due_at = clock.now() + timedelta(days=days)
        making.make(actor, making.NewTask(title, due_at=due_at, assignee_id=actor.agent_id))
