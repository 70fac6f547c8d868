"""What the company puts on its tickets besides: tags to find them by, tasks to be done, checklists for what comes again and again, links.

And whom it does not want to hear of again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random

from sqlalchemy import select

from hookdesk.api import Actor, Organization, Ticket, actors, clock, reading, release, site, system

TAGS = {"warranty": 1, "spare part missing": 3, "fleet": 4, "call back": 5, "translated": 6}
CHECKLISTS: Mapping[str, tuple[Sequence[str], Sequence[tuple[str, int]]]] = {
    "Return of a bike": (
        ("withdrawal", "exchange", "wrong size"),
        (("Send the return label", 1), ("Check the bike when it is here", 10), ("Pay the money back", 14)),
    ),
    "Missing parts": (
        ("incomplete", "missing"),
        (("Look for it in the packing list", 1), ("Send the part", 2), ("Ask whether it has come", 6)),
    ),
    "Fault under warranty": (
        ("warranty", "garantie", "rattling", "squeak", "hums", "noise"),
        (("Ask for the serial number", 1), ("Order the part", 3), ("Agree on a date with the workshop", 6)),
    ),
    "New colleague": (
        ("onboarding",),
        (("Order a laptop", 5), ("Give them a key", 7), ("Show them the workshop", 7)),
    ),
}
"""Name → words in the subjects of the tickets that it is for; what has to be done, and within how many days."""
ALONE = (
    ("Count the spare batteries", 3),
    ("Renew the contract with the courier", 12),
    ("Order paper for the printer", -2),
)
TAGGED, TASKED, LINKED = 60, 10, 4
BANNED = {
    "lottery-winners.example": "Every day at four in the morning, to each of our addresses.",
    "offers@cheap-toner.example": "Was asked three times to stop.",
}


def do_some(chance: Random, agents: Mapping[str, int]) -> None:
    """Tags and tasks; nothing of what is off."""
    release()
    open_ones = select(Ticket.id, Ticket.subject).where(Ticket.state == "open").order_by(Ticket.id.desc())
    rows = reading().all(open_ones.limit(TAGGED))
    people = [actor for actor in map(actors.agent_actor, agents.values()) if actor is not None]
    if site().plugins.get("tags") is not None:
        _tag(chance, [row.id for row in rows])
    if site().plugins.get("tasks") is not None:
        _give_tasks(chance, {row.id: row.subject for row in rows}, people)
    if site().plugins.get("merge") is not None:
        _link({row.id: row.subject for row in rows})
    if site().plugins.get("bans") is not None:
        _ban()
    if site().plugins.get("queues") is not None:
        look_after(people[0])


def _link(subjects: Mapping[int, str]) -> None:
    """A few pairs that have to do with each other: their subjects begin alike."""
    from hookdesk_merge import linking

    ordered = sorted(subjects, key=lambda ticket_id: subjects[ticket_id])
    alike = [pair for pair in pairwise(ordered) if len({subjects[one][:10] for one in pair}) == 1]
    for first, second in alike[:LINKED]:
        linking.link(system("Demo"), first, [second])


def look_after(actor: Actor) -> None:
    """An organization that must not wait, and a queue that an agent keeps for themselves."""
    from hookdesk_queues import services
    from hookdesk_queues.values import Values

    release()
    first = reading().scalar(select(Organization.id).order_by(Organization.id).limit(1))
    if first is not None:
        services.mark_vip(system("Demo"), first, True)
    parts = [{"field": "subject", "operator": "contains", "value": "brake"}]
    about = {"version": 1, "mode": "all", "parts": parts}
    services.save(actor, Values("Everything about brakes", None, conditions=about), agent_id=actor.agent_id)


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


def _give_tasks(chance: Random, subjects: Mapping[int, str], people: Sequence[Actor]) -> None:
    """Checklists on the tickets that they fit, a tick here and there, and what has to be done anyway."""
    from hookdesk_tasks import beside, checklists, closing, making

    for name, (_words, lines) in CHECKLISTS.items():
        checklists.save(system("Demo"), name, [checklists.Line(title, days=days) for title, days in lines])
    release()
    ids = {one.name: one.id for one in checklists.kept().values()}
    fitting = [(ticket_id, found) for ticket_id, subject in subjects.items() if (found := _checklist_for(subject))]
    for ticket_id, found in fitting[:TASKED]:
        checklists.give(system("Demo"), ticket_id, ids[found])
        release()
        first = beside.of_ticket(ticket_id)[0]
        if chance.random() < 0.5:
            closing.set_open(system("Demo"), first.id, is_open=False)
    for title, days in ALONE:
        actor = chance.choice(people)
        due_at = clock.now() + timedelta(days=days)
        making.make(actor, making.NewTask(title, due_at=due_at, assignee_id=actor.agent_id))


def _checklist_for(subject: str) -> str | None:
    """The name of the checklist that fits a ticket."""
    written = subject.lower()
    return next((name for name, (words, _) in CHECKLISTS.items() if any(word in written for word in words)), None)
