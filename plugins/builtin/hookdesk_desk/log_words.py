"""A ticket's log in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from hookdesk.api import shown_name

SHOWN_AS_ENTRIES = ("message", "response", "note")

CHANNELS = {"email": "mail", "phone": "phone", "api": "code"}
"""Channel → icon; any other came by the web."""


def channel_words(channel: str) -> str:
    """How something came, in words."""
    known = {
        "email": _("by mail"),
        "phone": _("by phone"),
        "portal": _("in the portal"),
        "web": _("on the web"),
        "api": _("by API"),
        "desk": _("in the desk"),
    }
    return str(known.get(channel, channel))


def channel_icon(channel: str) -> str:
    """The icon of a channel."""
    return CHANNELS.get(channel, "globe")


def sentence(kind: str, actor: str, data: Mapping[str, Any]) -> Markup:
    """One line of the log."""
    before, after = str(data.get("before") or ""), str(data.get("after") or "")
    if kind in ("status", "priority"):
        before, after = shown_name(before), shown_name(after)
    values = {
        "who": _bold(actor),
        "before": _bold(before),
        "after": _bold(after),
        "what": _bold(str(data.get("label") or "")),
    }
    return Markup(_pattern(kind, actor, before, after, data)) % values  # noqa: S704  # a translation; its values are escaped


def _pattern(kind: str, actor: str, before: str, after: str, data: Mapping[str, Any]) -> str:
    """The sentence for a kind of event, its values still to be put in; a kind that the desk does not know stands as it is."""
    known = {
        "created": _("%(who)s opened the ticket"),
        "status": _("%(who)s set the status to %(after)s"),
        "priority": _("%(who)s set the priority to %(after)s"),
        "department": _("%(who)s moved it from %(before)s to %(after)s"),
        "assignee": _assigned(actor, after),
        "requester": _("%(who)s changed the requester from %(before)s to %(after)s"),
        "collaborator": _("%(who)s let %(after)s follow it")
        if after
        else _("%(who)s let %(before)s follow it no longer"),
        "collaborator_mail": _("%(who)s had mail sent to %(after)s again")
        if after
        else _("%(who)s had no more mail sent to %(before)s"),
        "referral": _("%(who)s showed it to %(after)s") if after else _("%(who)s shows it to %(before)s no longer"),
        "answered": _("%(who)s marked it as answered") if data.get("after") else _("%(who)s marked it as unanswered"),
        "topic": _("%(who)s set the help topic to %(after)s") if after else _("%(who)s took its help topic away"),
        "due": _("%(who)s set the due date") if data.get("after") else _("%(who)s took back the due date"),
        "sla": _("%(who)s put it under the SLA plan %(after)s") if after else _("%(who)s took it out of its SLA plan"),
        "merged": _("%(who)s merged it into %(after)s") if after else _("%(who)s merged %(before)s into it"),
        "unmerged": _("%(who)s took %(after)s out of it again")
        if after
        else _("%(who)s took it out of %(before)s again"),
        "linked": _("%(who)s linked it with %(after)s") if after else _("%(who)s unlinked it from %(before)s"),
        "split": _("%(who)s made %(after)s of a part of it") if after else _("%(who)s made it of a part of %(before)s"),
        "deleted": _("%(who)s deleted it") if data.get("after") else _("%(who)s brought it back from the bin"),
        "edited": _("%(who)s changed what %(after)s wrote"),
        "resent": _("%(who)s sent a reply to %(after)s again"),
        "overdue": _("%(after)s was not there in time"),
        "escalated": _("Escalation: %(after)s"),
        "task_made": _("%(who)s added the task %(after)s"),
        "task_deleted": _("%(who)s deleted the task %(after)s"),
        "team": _("%(who)s gave it to the team %(after)s") if after else _("%(who)s took it from its team"),
    }
    if "label" in data:
        return _named(after)
    other = str(escape(kind)).replace("%", "%%") + (" %(after)s" if after else "") + " · %(who)s"
    return str(known.get(kind, other))


def _named(after: str) -> str:
    """A property that a plugin added, by its own name."""
    return str(_("%(who)s set %(what)s to %(after)s") if after else _("%(who)s cleared %(what)s"))


def _assigned(actor: str, after: str) -> str:
    """Who has it now."""
    if not after:
        return str(_("%(who)s took it from %(before)s"))
    return str(_("%(who)s took it") if after == actor else _("%(who)s assigned it to %(after)s"))


def _bold(text: str) -> Markup:
    """A name in a sentence."""
    return Markup("<b>{}</b>").format(text)
