"""The plugin: which events become mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from hookdesk.api import (
    Actor,
    Department,
    Event,
    Health,
    Job,
    NavItem,
    Plugin,
    Recipient,
    clock,
    hookimpl,
    reading,
)
from hookdesk_email_out import persons, recipients, sending, services
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings
from hookdesk_email_out.views import bp

LATE = timedelta(minutes=15)


class EmailOut(Plugin[Settings]):
    """Outgoing mail

    Mails replies to requesters, confirms new tickets and alerts agents over SMTP, with retries and a queue that you can see.
    """

    settings_type = Settings
    uses = ("auth_password",)

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Confirm to the requester; tell those in charge."""
        about = services.occasion(event)
        if about is None:
            return
        opener = event.data.get("agent_id")
        if event.data.get("autoresponse"):
            self._confirm_ticket(about, opener)
        if event.data.get("alert"):
            told = recipients.in_charge(about.ticket, self.settings.alert_department, opener)
            told += recipients.further(event, about.ticket, agents=True)
            services.promise(
                self.settings, about, "new_ticket_alert", told, headline=str(_("A new ticket has come in."))
            )

    def _confirm_ticket(self, about: services.Occasion, opener: int | None) -> None:
        """Tell the requester the number: what was opened for them always, what they sent if site and department answer by themselves."""
        owner = [person for person in recipients.participants(about.ticket, None) if person.reason == "requester"]
        if opener is not None:
            services.promise(self.settings, about, "opened_for_you", owner)
        elif self.settings.autoresponse and services.answers(about, Department.answers_tickets):
            confirmed = [person for person in owner if services.may_confirm(person.address)]
            services.promise(self.settings, about, "autoresponse", confirmed)

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """The mails that were written to them."""
        return [("mails", persons.mails_to(user_id))]

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Drop the mails that were written to them, and those about their tickets."""
        persons.forget(event.data["user_id"], event.data["addresses"])

    @hookimpl
    def entry_added(self, event: Event) -> None:
        """A response goes to the requester's side, a message to the agents' and the other participants; a note to nobody outside."""
        about = services.occasion(event)
        if about is None or about.entry is None or not event.data.get("notify"):
            return
        others = recipients.further(event, about.ticket, agents=False)
        if about.entry.kind == "response":
            services.promise(self.settings, about, "reply", recipients.participants(about.ticket, None) + others)
        elif about.entry.kind == "message":
            self._pass_on(about, event.data.get("user_id"), others)
            told = recipients.in_charge(about.ticket, True, None)
            told += recipients.further(event, about.ticket, agents=True)
            headline = _("%(name)s wrote on a ticket of yours.", name=about.entry.author)
            services.promise(self.settings, about, "message_alert", told, headline=str(headline))

    def _pass_on(self, about: services.Occasion, author: int | None, others: list[Recipient]) -> None:
        """A person's message goes to the other participants, and is confirmed to its author where site and department do that."""
        if services.came_from_machine(about.entry):
            return
        everybody = recipients.participants(about.ticket, None)
        told = [person for person in everybody if person.user_id != author]
        services.promise(self.settings, about, "message", told + others)
        if self.settings.confirm_messages and services.answers(about, Department.answers_messages):
            confirmed = [one for one in everybody if one.user_id == author and services.may_confirm(one.address)]
            services.promise(self.settings, about, "received", confirmed)

    @hookimpl
    def ticket_changed(self, event: Event) -> None:
        """Tell an agent, or the members of a team, that a ticket is now theirs."""
        what, after = event.data.get("what"), event.data.get("after")
        if what not in ("assignee", "team") or after is None:
            return
        about = services.occasion(event)
        if about is None or getattr(about.ticket, f"{what}_id") != after:  # it has moved on meanwhile
            return
        if what == "assignee":
            told, headline = recipients.assignee, _("A ticket was assigned to you.")
        else:
            told, headline = recipients.team, _("A ticket was assigned to your team.")
        theirs = told(about.ticket, event.data.get("agent_id"))
        services.promise(self.settings, about, "assigned_alert", theirs, headline=str(headline))

    @hookimpl
    def mail_secret(self, key: str, address: str, name: str, subject: str, text: str) -> bool:
        """Mail a sign-in secret for whoever asks (declared by auth_password)."""
        return services.promise_secret(self.settings, key, address, name, subject, text)

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """The sender."""
        return [
            Job(services.SEND, lambda: sending.send_due(self.settings), timedelta(seconds=15), _("Send waiting mail"))
        ]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The queue's page in the admin panel."""
        return [bp]

    @hookimpl
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """The queue among the messages."""
        if area != "admin":
            return []
        return [
            NavItem(
                "admin",
                str(_("Outgoing mail")),
                "email_out.queue",
                icon="mail",
                group="Messages",
                permission="admin",
                order=410,
            )
        ]

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """Whether mail goes out."""
        waiting = reading().first(
            select(func.count(), func.min(Mail.created_at)).where(Mail.state.in_(("waiting", "sending")))
        )
        dead = reading().scalar(select(func.count()).select_from(Mail).where(Mail.state == "dead")) or 0
        count, oldest = waiting if waiting else (0, None)
        if not self.settings.host:
            detail = _("No SMTP server is set yet. Waiting mails: %(waiting)s", waiting=count)
            return [Health("outgoing mail", "warning", detail)]
        if dead or (oldest is not None and clock.now() - oldest > LATE):
            detail = _(
                "Waiting mails: %(waiting)s, given up: %(dead)s. See “Outgoing mail” in the admin panel",
                waiting=count,
                dead=dead,
            )
            return [Health("outgoing mail", "warning", detail)]
        return [Health("outgoing mail", "ok")]
