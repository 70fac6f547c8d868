"""Plays stories one action after the other, in the order of time, through the same services as everybody's daily work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

from sqlalchemy import select

from hookdesk.api import (
    Actor,
    Forbidden,
    InboundFile,
    InboundMessage,
    NotFound,
    Priority,
    ReplyDraft,
    Settled,
    Status,
    ThreadEntry,
    Ticket,
    actors,
    clock,
    intake,
    job_overview,
    reading,
    references,
    release,
    site,
    system,
    threads,
    tickets,
)
from hookdesk_demo import letters, samples
from hookdesk_demo.company import Company
from hookdesk_demo.stories import Step, Story, in_hours

MAIL_JOB = "email_out.send"


@dataclass(slots=True)
class Played:
    """A story that has begun."""

    story: Story
    ticket_id: int
    next_step: int = 0


class Stage:
    """The agenda: what happens when."""

    def __init__(self, company: Company, now: datetime) -> None:
        """Nothing happens after `now`."""
        self._company, self._now = company, now
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._places = count()
        self.actions = 0

    def add(self, story: Story) -> None:
        """Let a story begin in its time."""
        self.at(self._now - timedelta(days=story.days), partial(self._begin, story))

    def at(self, moment: datetime, action: Callable[[], None]) -> None:
        """Let something happen, unless that is in the future."""
        if moment <= self._now:
            heappush(self._agenda, (moment, next(self._places), action))

    def play(self, say: Callable[[int], None]) -> None:
        """Everything in order, and after each action what follows from it; `say` gets the number of actions done."""
        while self._agenda:
            moment, _, action = heappop(self._agenda)
            with clock.at(moment):
                release()
                action()
                for job in ("outbox", MAIL_JOB, "outbox"):
                    job_overview.run_here(job)
            self.actions += 1
            say(self.actions)

    def _begin(self, story: Story) -> None:
        """The first message."""
        settled = self._send(story, story.text, [file for file in samples.files() if file.filename in story.files])
        if settled.ticket_id is None:
            raise RuntimeError(f"{story.subject!r} became no ticket: {settled.reason}")
        self._go_on(Played(story, settled.ticket_id))

    def _go_on(self, played: Played) -> None:
        """Put the next step on the agenda."""
        if played.next_step < len(played.story.steps):
            step = played.story.steps[played.next_step]
            played.next_step += 1
            at = clock.now() + timedelta(hours=step.hours)
            if step.who and step.hours > 1:
                at = in_hours(at)
            self.at(at, partial(self._step, played, step))

    def _step(self, played: Played, step: Step) -> None:
        """One step, then the next."""
        if step.what == "message":
            self._send(played.story, step.text, [], played.ticket_id)
        else:
            try:
                self._act(self._actor(step.who), played.ticket_id, step)
            except (NotFound, Forbidden) as error:
                raise RuntimeError(f"{step.who} may not {step.what} on {played.story.subject!r}: {error}") from error
        self._go_on(played)

    def _actor(self, login: str) -> Actor:
        """An agent of the company."""
        actor = actors.agent_actor(self._company.agents[login])
        assert actor is not None  # they are all active
        return actor

    def _act(self, actor: Actor, ticket_id: int, step: Step) -> None:
        """What an agent does."""
        if step.what in ("reply", "note"):
            status = _id(Status, step.status) if step.status else None
            kind = "response" if step.what == "reply" else "note"
            threads.post(actor, ReplyDraft(ticket_id, kind, step.text, status_id=status))
        elif step.what == "assign":
            tickets.assign(actor, ticket_id, actor.agent_id)
        elif step.what == "transfer":
            tickets.transfer(actor, ticket_id, self._company.departments[step.text])
        elif step.what == "priority":
            tickets.set_priority(actor, ticket_id, _id(Priority, step.text))
        elif step.what == "status":
            tickets.set_status(actor, ticket_id, _id(Status, step.text))
        else:
            raise ValueError(f"a story has a step {step.what!r}, which nobody knows")

    def _send(self, story: Story, text: str, files: Sequence[InboundFile], ticket_id: int | None = None) -> Settled:
        """A message of the requester, by the way that they use."""
        if story.via == "email" and site().plugins.get("email_in") is not None:
            return self._mail(story, text, files, ticket_id)
        message = InboundMessage(
            channel="web" if ticket_id else story.via,
            sender_address=story.address,
            sender_name=story.name,
            subject=story.subject,
            text=text,
            files=tuple(files),
            ticket_id=ticket_id,
            topic=self._company.topics.get(story.topic, ""),
        )
        by_phone = story.via == "phone" and story.steps
        return intake.submit(message, self._actor(story.steps[0].who) if by_phone else system(story.name))

    def _mail(self, story: Story, text: str, files: Sequence[InboundFile], ticket_id: int | None) -> Settled:
        """A real mail, taken in as from the spool."""
        own = f"{int(clock.now().timestamp())}.{next(self._places)}@{story.address.partition('@')[2]}"
        answers, quoted, subject = "", "", story.subject
        if ticket_id is not None:
            answers, quoted = _last_response(ticket_id, self._company.domain)
            subject = f"Re: {subject}"
        raw = letters.letter(
            (story.name, story.address), subject, text, files,
            sent_at=clock.now(), to=f"support@{self._company.domain}", message_id=own, answers=answers, quoted=quoted,
        )  # fmt: skip
        return self.post(raw, story.address, own)

    def post(self, raw: bytes, sender: str, key: str) -> Settled:
        """Hand a mail to the intake."""
        meta = {"sender": sender, "recipient": f"support@{self._company.domain}"}
        record_id = intake.receive("email", raw, meta, dedupe=f"demo-{key}", wait=60)
        assert record_id is not None  # the key is new
        release()
        return intake.process(record_id)


def _id(model: type[Status] | type[Priority], key: str) -> int:
    """The id of a status or priority."""
    return int(reading().scalar(select(model.id).where(model.key == key)))


def _last_response(ticket_id: int, host: str) -> tuple[str, str]:
    """The id of the mail that told the requester of the last response (or of the ticket, if there is none), and its text."""
    row = reading().first(
        select(ThreadEntry.id, ThreadEntry.text)
        .where(ThreadEntry.ticket_id == ticket_id, ThreadEntry.kind == "response")
        .order_by(ThreadEntry.id.desc())
        .limit(1)
    )
    user_id = reading().scalar(select(Ticket.user_id).where(Ticket.id == ticket_id))
    return references.message_id(ticket_id, row.id if row else 0, f"u{user_id}", host), row.text if row else ""
