"""From what has happened to who is told: requesters and participants by kind of entry, agents by the administrator's matrix."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hookdesk_email_out import kinds, matrix, own_kinds, recipients, services
from hookdesk_email_out.occasions import Occasion, came_from_machine
from hookdesk_email_out.settings import Settings


def alert(settings: Settings, about: Occasion, name: str, headline: str = "") -> int:
    """Tell agents, as the matrix says; how many mails were made. `headline` is said instead of the kind's own."""
    kind = kinds.alerts().get(name)
    if kind is None:
        return 0
    told = recipients.agents(about, name, matrix.told(settings, kind))
    return services.promise(about, kind.template, told, headline=headline or kind.headline)


def due(settings: Settings, about: Occasion, name: str) -> None:
    """A deadline comes near or has passed: agents are told, unless the plan wants nobody alerted."""
    if about.event.data.get("alert"):
        alert(settings, about, name)


def escalated(about: Occasion) -> None:
    """The agents whom a step of a plan tells; they want that, unless they want no mail at all."""
    named = [agent_id for agent_id in about.event.data.get("agent_ids", ()) if isinstance(agent_id, int)]
    told = recipients.named(about, "escalated", named)
    services.promise(about, "escalated_alert", told, _l("A plan's escalation has reached you."))


def raised(settings: Settings, about: Occasion) -> None:
    """What a plugin wants to be told: an alert to agents, or a message to the requester, no more of those than of confirmations."""
    data = about.event.data
    headline = str(data.get("headline", ""))
    if data.get("alert"):
        alert(settings, about, str(data["alert"]), headline)
    elif own_kinds.found(str(data.get("template", ""))) is not None:
        owner = [
            one for one in recipients.others(about) if one.reason == "requester" and services.may_confirm(one.address)
        ]
        services.promise(about, str(data["template"]), owner, headline)


def opened(settings: Settings, about: Occasion) -> None:
    """A new ticket: tell the requester the number, if an agent opened it for them or their department confirms what they sent."""
    everybody = recipients.participants(about)
    has_copies = settings.copy_collaborators and about.event.data.get("copies", True)
    got = about.event.data.get("got") or ()
    told = [one for one in everybody if one.reason == "requester" or (has_copies and one.address not in got)]
    if about.event.data.get("agent_id") is not None:
        if settings.tell_opened:
            services.promise(about, "opened_for_you", told)
    elif settings.autoresponse and about.department.answers_tickets and not came_from_machine(about.entry):
        services.promise(about, "autoresponse", [one for one in told if services.may_confirm(one.address)])


def answered_by_rule(about: Occasion) -> None:
    """A response that no person wrote goes to the requester alone, no more of those than of confirmations."""
    owner = [one for one in recipients.participants(about) if one.reason == "requester"]
    services.promise(about, "automatic_reply", [one for one in owner if services.may_confirm(one.address)])


def written(settings: Settings, about: Occasion) -> None:
    """A participant's message: it goes to the other ones, and is confirmed to its author where site and department do that."""
    if came_from_machine(about.entry):
        return
    if settings.pass_on:
        services.promise(about, "message", recipients.others(about))
    if settings.confirm_messages and about.department.answers_messages:
        author = [one for one in recipients.participants(about) if about.is_by(None, one.user_id)]
        confirmed = [one for one in author if services.may_confirm(one.address)]
        services.promise(about, "received", confirmed)
