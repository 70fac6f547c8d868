"""What rules can do out of the box. Other plugins add to it through the hook `filter_actions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, true

from hookdesk.api import (
    ActionField,
    Agent,
    Department,
    FilterAction,
    FilteringHooks,
    Priority,
    SlaHooks,
    Status,
    Team,
    TicketDraft,
    Verdict,
    people,
    reading,
    shown_name,
    site,
    system,
)
from hookdesk_filters import balancing, mails

Values = Mapping[str, Any]
MOST_OFFERED = 5000


def builtin() -> Sequence[FilterAction]:
    """All of them, in the order in which the editor offers them."""
    return [
        _setting("department", _("Set department"), "department_id", _Rows(Department, Department.is_active)),
        _setting("priority", _("Set priority"), "priority_id", _Rows(Priority, order=Priority.rank)),
        _setting("status", _("Set status"), "status_id", _Rows(Status, order=Status.position)),
        _setting("topic", _("Set help topic"), "topic", _Listed(_topics)),
        _setting("sla", _("Set SLA plan"), "sla", _Listed(_plans)),
        _setting("assignee", _("Assign to an agent"), "assignee_id", _Rows(Agent, Agent.is_active)),
        _setting("team", _("Assign to a team"), "team_id", _Rows(Team, Team.is_active)),
        _member(),
        FilterAction("quiet", _("Send no confirmation"), lambda draft, values: draft.replace(autoresponse=False)),
        FilterAction("no_alert", _("Tell no agent"), lambda draft, values: draft.replace(alert=False)),
        _follower(),
        _mail(),
        _refusal("reject", _("Turn it away"), Verdict.reject),
        _refusal("quarantine", _("Keep it aside"), Verdict.quarantine),
    ]


class _Rows:
    """The rows of a table that can be chosen."""

    def __init__(self, model: Any, condition: Any = None, order: Any = None) -> None:
        """Those that meet the condition, by name if no order is given."""
        self._model, self._order = model, model.name if order is None else order
        self._condition = true() if condition is None else condition

    def listed(self) -> list[tuple[int, str]]:
        """Id and name of each."""
        asked = select(self._model.id, self._model.name).where(self._condition).order_by(self._order, self._model.id)
        shown = shown_name if self._model in (Priority, Status) else str
        return [(row.id, shown(row.name)) for row in reading().all(asked.limit(MOST_OFFERED))]

    def has(self, value: Any) -> bool:
        """True if that one can be chosen."""
        asked = select(self._model.id).where(self._model.id == value, self._condition)
        return reading().scalar(asked) is not None


class _Listed:
    """References that a plugin lists: topics, plans."""

    def __init__(self, listed: Callable[[], list[tuple[str, str]]]) -> None:
        """`listed` gives reference and name of each."""
        self.listed = listed

    def has(self, value: Any) -> bool:
        """True if that one can be chosen."""
        return any(ref == value for ref, _label in self.listed())


def _topics() -> list[tuple[str, str]]:
    """Topics that are in use."""
    offered = site().hooks.collect(FilteringHooks.topic_choices, actor=system("filters"))
    return [(topic.ref, topic.label) for topic in offered]


def _plans() -> list[tuple[str, str]]:
    """SLA plans."""
    return site().hooks.collect(SlaHooks.sla_choices)


def _setting(name: str, label: str, attribute: str, choices: _Rows | _Listed) -> FilterAction:
    """An action that sets one attribute of the draft to something that is there."""
    return FilterAction(
        name, label, lambda draft, values: draft.replace(**{attribute: values["to"]}),
        fields=(ActionField("to", label, "choice", choices.listed),),
        check=lambda values: "" if choices.has(values["to"]) else _gone(), sets=(name,),
    )  # fmt: skip


def _gone() -> str:
    """What is said of something that a rule names."""
    return str(_("it is gone or switched off"))


def _member() -> FilterAction:
    """A team, and one of its members."""
    teams = _Rows(Team, Team.is_active)

    def ways() -> list[tuple[str, str]]:
        return [
            (balancing.IN_TURN, _("in turn")),
            (balancing.LEAST_BUSY, _("whoever has the fewest open tickets")),
        ]

    def warn(values: Values) -> str:
        return "" if balancing.available(values["team"]) else str(_("nobody of this team is there at the moment"))

    return FilterAction(
        "member", _("Assign to a member of a team"),
        lambda draft, values: balancing.assigned(draft, values["team"], values["way"]),
        fields=(ActionField("team", _("Team"), "choice", teams.listed), ActionField("way", _("Who"), "choice", ways)),
        check=lambda values: "" if teams.has(values["team"]) else _gone(),
        sets=("team", "assignee"), varies=True, warn=warn,
    )  # fmt: skip


def _follower() -> FilterAction:
    """A user who follows the ticket."""

    def apply(draft: TicketDraft, values: Values) -> TicketDraft:
        person = people.find_user(values["address"])
        if person is None or person.user_id == draft.user_id:
            return draft
        return draft.replace(collaborators=tuple(dict.fromkeys((*draft.collaborators, person.user_id))))

    def check(values: Values) -> str:
        known = people.find_user(values["address"])
        return "" if known else str(_("no user has the address %(address)s", address=values["address"][:100]))

    field = ActionField("address", _("Address"), hint=_("Of a user who is known already."), most=320)
    return FilterAction("follow", _("Add a collaborator"), apply, (field,), check)


def _mail() -> FilterAction:
    """A mail about the new ticket, to anybody."""
    fields = (
        ActionField("to", _("To"), hint=_("Addresses, separated by commas; “requester” is who wrote, once an hour at most."), most=1000),
        ActionField("subject", _("Subject"), most=300),
        ActionField("body", _("Text"), "lines", hint=_("May name %(names)s.", names=", ".join(mails.shown())), most=10_000),
    )  # fmt: skip
    return FilterAction(
        "mail",
        _("Send a mail"),
        lambda draft, values: draft,
        fields,
        mails.check,
        after=mails.about_ticket,
        warn=mails.warn,
    )


def _refusal(name: str, label: str, verdict: Callable[[str, str], Verdict]) -> FilterAction:
    """No ticket comes of it; the message is kept, with the reason."""
    fields = (
        ActionField("reason", _("Reason"), hint=_("For the intake ledger."), most=300),
        ActionField(
            "told", _("What the sender reads"), "lines", hint=_("On the form or as an API's answer. Empty: nothing in particular."),
            is_needed=False, most=2000,
        ),
        ActionField("mail", _("Answer a mail with these words, once a day to one address"), "switch"),
    )  # fmt: skip

    def warn(values: Values) -> str:
        is_silent = values.get("mail") and not values.get("told")
        return str(_("there are no words to answer a mail with")) if is_silent else ""

    return FilterAction(
        name, label, lambda draft, values: draft.replace(verdict=verdict(values["reason"], values.get("told") or "")),
        fields, sets=("ticket",), is_last=True, after=mails.about_refusal, warn=warn,
    )  # fmt: skip
