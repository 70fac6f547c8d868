"""A ticket's log in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from hookdesk.api import shown_name

SHOWN_AS_ENTRIES = ("message", "response", "note")

CHANNELS = {"email": "mail", "phone": "phone", "api": "code"}
"""Channel → icon; any other came by the web."""


_CAME: Mapping[str, LazyString] = {
    "email": _l("by mail"),
    "phone": _l("by phone"),
    "portal": _l("in the portal"),
    "web": _l("on the web"),
    "api": _l("by API"),
    "desk": _l("in the desk"),
}


def channel_words(channel: str) -> str:
    """How something came, in words."""
    return str(_CAME.get(channel, channel))


def channel_icon(channel: str) -> str:
    """The icon of a channel."""
    return CHANNELS.get(channel, "globe")


def sentence(kind: str, actor: str, data: Mapping[str, Any]) -> Markup:
    """One line of the log."""
    before, after = str(data.get("before") or ""), str(data.get("after") or "")
    if kind in ("status", "priority"):
        before, after = shown_name(before), shown_name(after)
    said = {"who": actor, "before": before, "after": after, "what": str(data.get("label") or "")}
    values = {name: _BOLD % text for name, text in said.items()}
    return Markup(_pattern(kind, actor, after, data)) % values  # noqa: S704  # a translation; its values are escaped


_BOLD = Markup("<b>%s</b>")
_SET: Mapping[str, LazyString] = {
    "created": _l("%(who)s opened the ticket"),
    "status": _l("%(who)s set the status to %(after)s"),
    "priority": _l("%(who)s set the priority to %(after)s"),
    "department": _l("%(who)s moved it from %(before)s to %(after)s"),
    "requester": _l("%(who)s changed the requester from %(before)s to %(after)s"),
    "collaborator": _l("%(who)s let %(after)s follow it"),
    "collaborator_mail": _l("%(who)s had mail sent to %(after)s again"),
    "referral": _l("%(who)s showed it to %(after)s"),
    "answered": _l("%(who)s marked it as answered"),
    "topic": _l("%(who)s set the help topic to %(after)s"),
    "due": _l("%(who)s set the due date"),
    "sla": _l("%(who)s put it under the SLA plan %(after)s"),
    "merged": _l("%(who)s merged it into %(after)s"),
    "unmerged": _l("%(who)s took %(after)s out of it again"),
    "linked": _l("%(who)s linked it with %(after)s"),
    "split": _l("%(who)s made %(after)s of a part of it"),
    "deleted": _l("%(who)s deleted it"),
    "edited": _l("%(who)s changed what %(after)s wrote"),
    "resent": _l("%(who)s sent a reply to %(after)s again"),
    "overdue": _l("%(after)s was not there in time"),
    "escalated": _l("Escalation: %(after)s"),
    "task_made": _l("%(who)s added the task %(after)s"),
    "task_deleted": _l("%(who)s deleted the task %(after)s"),
    "team": _l("%(who)s gave it to the team %(after)s"),
}
"""What happened, by the kind of event. A page asks for the few that it shows."""
_TAKEN: Mapping[str, LazyString] = {
    "collaborator": _l("%(who)s let %(before)s follow it no longer"),
    "collaborator_mail": _l("%(who)s had no more mail sent to %(before)s"),
    "referral": _l("%(who)s shows it to %(before)s no longer"),
    "answered": _l("%(who)s marked it as unanswered"),
    "topic": _l("%(who)s took its help topic away"),
    "due": _l("%(who)s took back the due date"),
    "sla": _l("%(who)s took it out of its SLA plan"),
    "merged": _l("%(who)s merged %(before)s into it"),
    "unmerged": _l("%(who)s took it out of %(before)s again"),
    "linked": _l("%(who)s unlinked it from %(before)s"),
    "split": _l("%(who)s made it of a part of %(before)s"),
    "deleted": _l("%(who)s brought it back from the bin"),
    "team": _l("%(who)s took it from its team"),
}
"""The same where nothing came in place of what was."""


def _pattern(kind: str, actor: str, after: str, data: Mapping[str, Any]) -> str:
    """The sentence for a kind of event, its values still to be put in; a kind that the desk does not know stands as it is."""
    if "label" in data:
        return _named(after)
    if kind == "assignee":
        return _assigned(actor, after)
    known = _SET.get(kind) if after else _TAKEN.get(kind, _SET.get(kind))
    return str(known) if known is not None else _unknown(kind, after)


def _unknown(kind: str, after: str) -> str:
    """What a plugin wrote without words for it."""
    return str(escape(kind)).replace("%", "%%") + (" %(after)s" if after else "") + " · %(who)s"


def _named(after: str) -> str:
    """A property that a plugin added, by its own name."""
    return str(_("%(who)s set %(what)s to %(after)s") if after else _("%(who)s cleared %(what)s"))


def _assigned(actor: str, after: str) -> str:
    """Who has it now."""
    if not after:
        return str(_("%(who)s took it from %(before)s"))
    return str(_("%(who)s took it") if after == actor else _("%(who)s assigned it to %(after)s"))
