"""What this plugin adds to the pages of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hookdesk.api import Actor, SlotContent
from hookdesk_email_out import bounces, deliveries, departments
from hookdesk_email_out.accounts import choosing, store
from hookdesk_email_out.views import profile

Args = Mapping[str, Any]


def contents(slot: str, actor: Actor, args: Args) -> Sequence[SlotContent]:
    """The sections for one place."""
    return SLOTS[slot](actor, args)


def _department(_actor: Actor, args: Args) -> Sequence[SlotContent]:
    """The set of words and the account of a department."""
    own = departments.chosen(args["department"].id)
    context = {"choices": departments.choices(), "accounts": departments.accounts(), "own": own}
    return [SlotContent("email_out/department.html", context, order=50)]


def _topic(_actor: Actor, args: Args) -> Sequence[SlotContent]:
    """The account of a help topic; nothing while there is but one."""
    accounts = departments.accounts()
    if len(accounts) < 3:  # "the department's", and the only one
        return []
    own = store.of_topic(args["topic"].ref)
    return [
        SlotContent(
            "email_out/topic.html", {"accounts": accounts, "chosen": store.ref_of(own) if own else ""}, order=55
        )
    ]


def _profile(actor: Actor, _args: Args) -> Sequence[SlotContent]:
    """What an agent wants to be told of."""
    if actor.agent_id is None:
        return []
    return [SlotContent("email_out/profile.html", profile.choices(actor.agent_id), order=40)]


def _composer(_actor: Actor, args: Args) -> Sequence[SlotContent]:
    """From which address a reply is sent, where there is a choice."""
    choices = choosing.offered(args["ticket"]) if args.get("mode") == "reply" else []
    return [SlotContent("email_out/sender.html", {"choices": choices}, order=10)] if choices else []


def _requester(_actor: Actor, args: Args) -> Sequence[SlotContent]:
    """That mails to the requester come back."""
    found = deliveries.of(args["ticket"])
    return (
        [SlotContent("email_out/bouncing.html", {"words": found.words, "count": found.bounces})]
        if found.bounces
        else []
    )


def _user(actor: Actor, args: Args) -> Sequence[SlotContent]:
    """Addresses of a user from which mails came back."""
    rows = bounces.of_user(args["user"].id)
    context = {"rows": rows, "user": args["user"], "may": actor.may("user.edit")}
    return [SlotContent("email_out/user.html", context, order=30)] if rows else []


SLOTS: Mapping[str, Callable[[Actor, Args], Sequence[SlotContent]]] = {
    "admin.department": _department,
    "topics.topic": _topic,
    "agent.profile": _profile,
    "ticket.composer": _composer,
    "ticket.requester": _requester,
    "directory.user": _user,
}
