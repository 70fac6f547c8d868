"""Every hook is called as its shape says: in order, attributed, and with the stated answer to an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import false, true

from hookdesk.hookspecs.spec import Combine, OnError, Shape, SpecInfo
from hookdesk.plugins.caller import HookDenied, Hooks, Implementation
from hookdesk.plugins.record import Recorder, Step, tracing
from hookdesk.types.drafts import ReplyDraft, TicketDraft
from hookdesk.types.events import Event
from hookdesk.types.intake import InboundMessage, Verdict
from hookdesk.types.notifications import Notification, Recipient
from tests.contracts.specs import every_spec

MESSAGE = InboundMessage(channel="test", sender_address="grace@example.org")
VALUES: dict[str, Any] = {
    "message": MESSAGE,
    "draft": TicketDraft(message=MESSAGE, subject="Help", user_id=1, channel="test"),
    "reply": ReplyDraft(ticket_id=1, kind="note", text="Hello"),
    "notification": Notification("reply", Recipient("grace@example.org", "Grace", "requester"), 1, None),
}
CHANGES = {
    "message": {"subject": "!"},
    "draft": {"subject": "!"},
    "reply": {"text": "!"},
    "notification": {"subject": "!"},
}
EVENT = Event("test", "key", datetime(2026, 6, 1, tzinfo=UTC), {"ticket_id": 1})

SPECS = list(every_spec())


def each(fits: Callable[[SpecInfo], bool] = lambda info: True) -> pytest.MarkDecorator:
    """Run for each hook that fits."""
    chosen = [pytest.param(holder, info, id=info.name) for holder, info in SPECS if fits(info)]
    return pytest.mark.parametrize(("holder", "info"), chosen)


each_spec = each()
each_that_is_asked = each(
    lambda info: info.shape is not Shape.EVENT
)  # an event waits for a paused subscriber: tests of the outbox
each_that_wants_a_type = each(
    lambda info: info.shape is not Shape.EVENT and bool(info.returns or info.combine is Combine.CONCAT)
)


class Asked:
    """Hooks with three plugins: the first has no opinion, the second answers, the third answers too."""

    def __init__(self, holder: type, info: SpecInfo, second: Callable[[], Any] | None = None, paused: str = "") -> None:
        self.info, self.function = info, getattr(holder, info.name)
        self.recorder = Recorder()
        self.order: list[str] = []
        self.hooks = Hooks(self.recorder, lambda: frozenset({paused}))
        self.hooks.declare(info)
        self.hooks.install(
            info.name,
            [
                self.plugin("none", lambda: None),
                self.plugin("two", second or self.answer),
                self.plugin("three", self.answer),
            ],
        )

    def plugin(self, slug: str, answer: Callable[[], Any]) -> Implementation:
        """A plugin that notes that it was asked."""

        def function() -> Any:
            self.order.append(slug)
            return answer()

        return Implementation(slug, function, ())

    def answer(self) -> Any:
        """Something that the hook may return."""
        info = self.info
        if info.shape is Shape.CHAIN:
            return VALUES[info.chained].replace(**CHANGES[info.chained])
        if info.combine is Combine.CONCAT:
            return ["item"]
        if info.combine is Combine.STRONGEST:
            return Verdict.quarantine("because")
        if info.combine is Combine.SQL_AND:
            return true()
        if info.combine is Combine.ANY_VETO:
            return "because"
        kinds = [kind for kind in info.returns if kind is not str]
        if bool in kinds or int in kinds:
            return True
        return object.__new__(kinds[0]) if kinds else "answer"

    def ask(self) -> Any:
        """Call the hook as its shape asks for."""
        given = {name: VALUES.get(name, object()) for name in self.info.arguments}
        call = {
            Combine.CONCAT: self.hooks.collect,
            Combine.ANY_VETO: self.hooks.veto,
            Combine.STRONGEST: self.hooks.strongest,
            Combine.SQL_AND: self.hooks.conditions,
            Shape.FIRST: self.hooks.first,
            Shape.CHAIN: self.hooks.chain,
        }.get(self.info.combine or self.info.shape)
        if call is None:
            return [self.hooks.deliver(item, EVENT) for item in self.hooks.implementations(self.info.name)]
        return call(self.function, **given)

    def asks_all(self) -> bool:
        """True unless the first answer ends the matter."""
        return self.info.shape is not Shape.FIRST and self.info.combine is not Combine.ANY_VETO


@contextmanager
def steps() -> Iterator[list[Step]]:
    """The trace of what is called inside."""
    with tracing() as found:
        yield found


@each_spec
def test_plugins_are_asked_in_order_and_the_answers_combined(holder: type, info: SpecInfo) -> None:
    asked = Asked(holder, info)
    answer = asked.ask()
    assert asked.order == (["none", "two", "three"] if asked.asks_all() else ["none", "two"])
    if info.combine is Combine.CONCAT:
        assert answer == ["item", "item"]
    elif info.shape is Shape.CHAIN:
        assert answer == asked.answer()
    elif info.shape is not Shape.EVENT:
        assert answer is not None
    assert asked.recorder.take_failures() == []


@each_spec
@pytest.mark.parametrize("error", [ValueError("broken"), SystemExit(3)], ids=["raises", "exits"])
def test_a_failing_plugin_is_attributed_and_skipped_or_denies(
    holder: type, info: SpecInfo, error: BaseException
) -> None:
    def fail() -> Any:
        raise error

    asked = Asked(holder, info, second=fail)
    if info.shape is Shape.EVENT:
        with pytest.raises(type(error)):
            asked.ask()
    elif info.on_error is OnError.DENY and (info.shape is Shape.FIRST or info.combine is Combine.CONCAT):
        with pytest.raises(HookDenied):
            asked.ask()
    else:
        with steps() as trace:
            answer = asked.ask()
        assert ("two", "failed") in [(step.plugin, step.outcome) for step in trace]
        if info.on_error is OnError.DENY and info.combine is Combine.ANY_VETO:
            assert answer == f"{info.name} could not be checked"
        elif info.on_error is OnError.DENY and info.combine is Combine.SQL_AND:
            assert next((plugin, str(condition)) for plugin, condition in answer) == ("two", str(false()))
        else:
            assert "three" in asked.order
    failures = asked.recorder.take_failures()
    assert [(failure.plugin, type(error).__name__ in failure.error) for failure in failures] == [("two", True)]


@each_that_is_asked
def test_a_paused_plugin_is_not_asked(holder: type, info: SpecInfo) -> None:
    asked = Asked(holder, info, paused="two")
    try:
        asked.ask()
    except HookDenied:
        assert info.on_error is OnError.DENY
    assert "two" not in asked.order


@each_that_wants_a_type
def test_an_answer_of_the_wrong_type_is_its_plugins_error(holder: type, info: SpecInfo) -> None:
    asked = Asked(holder, info, second=lambda: 3.5)
    try:
        asked.ask()
    except HookDenied:
        assert info.on_error is OnError.DENY
    failures = asked.recorder.take_failures()
    assert [failure.plugin for failure in failures] == ["two"]
    assert f"{info.name} must return" in failures[0].error
