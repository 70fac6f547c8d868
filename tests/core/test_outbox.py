"""Events reach each subscriber, whatever fails on the way: nothing is lost, nothing is delivered twice without a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hookdesk import outbox
from hookdesk.clock import now
from hookdesk.db.context import reading, release
from hookdesk.models import Delivery, OutboxEvent, PluginError, PluginState, SystemLog
from hookdesk.outbox import deadletters, deliveries, dispatcher
from hookdesk.plugins.base import NoSettings, Plugin
from hookdesk.plugins.caller import Implementation
from hookdesk.services import counters
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.testing import Clock
from hookdesk.types.events import Event

NAME = "ticket_changed"


class Subscriber(Plugin[NoSettings]):
    """Subscriber"""

    def __init__(self, slug: str) -> None:
        """It remembers what it got, and fails while `error` is set."""
        super().__init__()
        self.slug = slug  # type: ignore[misc]  # the loader sets it on a class; these share one
        self.got: list[Event] = []
        self.error: BaseException | None = None

    def ticket_changed(self, event: Event) -> None:
        """Take the event."""
        if self.error is not None:
            raise self.error
        self.got.append(event)


Subscribe = Callable[..., list[Subscriber]]


@pytest.fixture
def context(hookdesk_app: Flask) -> Iterator[None]:
    """An application context."""
    with hookdesk_app.app_context():
        yield


@pytest.fixture
def subscribe(context: None) -> Subscribe:
    """`subscribe("ada", "bob")`: plugins that are switched on and subscribe to the event."""

    def make(*slugs: str) -> list[Subscriber]:
        made = [Subscriber(slug) for slug in slugs]
        site().plugins.enabled.extend(made)
        transact(
            lambda session: session.add_all(PluginState(slug=slug, is_enabled=True, updated_at=now()) for slug in slugs)
        )
        site().hooks.install(NAME, [Implementation(one.slug, one.ticket_changed, ("event",)) for one in made])
        return made

    return make


def emit(key: str = "k1", **data: object) -> None:
    """Emit an event in a transaction of its own."""
    transact(lambda session: outbox.emit(session, NAME, {"ticket_id": 7, **data}, key))


def count(model: type) -> int:
    """How many rows there are."""
    return int(reading().scalar(select(func.count()).select_from(model)) or 0)


def run() -> int:
    """Dispatch one batch, then store what plugins did wrong, as the engine does."""
    done = dispatcher.dispatch()
    site().plugins.flush()
    return done


def test_each_subscriber_gets_each_event_once_and_in_order(subscribe: Subscribe) -> None:
    ada, bob = subscribe("ada", "bob")
    for number in range(3):
        emit(f"k{number}", number=number)
    assert run() == 3
    assert [event.data["number"] for event in ada.got] == [0, 1, 2]
    assert [event.key for event in bob.got] == ["k0", "k1", "k2"]
    assert run() == 0
    assert (count(OutboxEvent), count(Delivery)) == (0, 0)


def test_an_event_of_a_transaction_that_was_rolled_back_never_happened(subscribe: Subscribe) -> None:
    (ada,) = subscribe("ada")
    with pytest.raises(ZeroDivisionError):
        transact(_emit_and_fail)
    assert run() == 0
    assert ada.got == []


def test_what_a_subscriber_is_told_cannot_be_changed_by_it(subscribe: Subscribe) -> None:
    (ada,) = subscribe("ada")
    emit()
    run()
    with pytest.raises(TypeError):
        ada.got[0].data["ticket_id"] = 8  # type: ignore[index]  # that is the point


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3)])
def test_one_that_fails_does_not_keep_it_from_the_others_and_gets_it_again(
    subscribe: Subscribe, clock: Clock, error: BaseException
) -> None:
    ada, bob = subscribe("ada", "bob")
    ada.error = error
    emit()
    run()
    assert [event.key for event in bob.got] == ["k1"]
    assert count(OutboxEvent) == 0
    assert reading().scalar(select(PluginError.plugin)) == "ada"
    ada.error = None
    assert deliveries.retry_due() == 0, "it waits a little first"
    clock.advance(seconds=13)
    assert deliveries.retry_due() == 1
    assert [event.key for event in ada.got] == ["k1"], "the key is the same, so that a subscriber can tell"
    assert ada.got[0].happened_at == bob.got[0].happened_at
    assert (len(bob.got), count(Delivery)) == (1, 0)


def test_what_was_put_off_before_the_clock_was_set_back_is_tried_now(subscribe: Subscribe, clock: Clock) -> None:
    (ada,) = subscribe("ada")
    ada.error = ValueError("no")
    emit()
    run()
    ada.error = None
    assert not deliveries.is_pending()
    clock.advance(days=-1)
    assert deliveries.is_pending()
    assert deliveries.retry_due() == 1
    assert [event.key for event in ada.got] == ["k1"]


def test_back_off_grows_to_an_hour_and_the_twelfth_failure_is_the_last(subscribe: Subscribe, clock: Clock) -> None:
    (ada,) = subscribe("ada")
    ada.error = ValueError("still no")
    emit()
    dispatcher.dispatch()
    waits = []
    while (state := _delivery()).state == "waiting":
        waits.append((state.due_at - clock.now).total_seconds())
        clock.set(state.due_at)
        deliveries.retry_due()
    assert state.attempts == 12
    assert all(later > earlier for earlier, later in pairwise(waits[:8]))
    assert max(waits) <= 3600 * 1.2
    assert 8 <= waits[0] <= 12
    clock.advance(days=1)
    assert deliveries.retry_due() == 0, "a dead letter waits for the admin"
    assert "dead letters" in str(reading().scalar(select(SystemLog.message).where(SystemLog.source == "outbox")))


def test_a_dead_letter_can_be_replayed_against_mended_code_or_dropped(subscribe: Subscribe, clock: Clock) -> None:
    ada, bob = subscribe("ada", "bob")
    ada.error = bob.error = ValueError("no")
    emit()
    dispatcher.dispatch()
    transact(lambda session: session.execute(update(Delivery).values(state="dead", attempts=12)))
    first, second = reading().all(select(Delivery.id).order_by(Delivery.plugin))
    release()
    assert deadletters.counts() == {"outbox": 0, "waiting": 0, "dead": 2}
    assert deadletters.drop(second.id)
    ada.error = bob.error = None
    assert deadletters.replay(first.id)
    assert deliveries.retry_due() == 1
    assert ([event.key for event in ada.got], bob.got) == (["k1"], [])
    assert not deadletters.replay(first.id)
    assert deadletters.counts() == {"outbox": 0, "waiting": 0, "dead": 0}


def test_what_happens_while_a_plugin_is_paused_reaches_it_afterwards(subscribe: Subscribe, clock: Clock) -> None:
    (ada,) = subscribe("ada")
    until = clock.now + timedelta(minutes=5)

    def pause(session: Session) -> None:
        session.execute(update(PluginState).values(paused_until=until))
        counters.increase(session, "pauses")

    transact(pause)
    site().plugins._counts.forget()
    emit()
    run()
    assert ada.got == []
    clock.advance(minutes=2)
    deliveries.retry_due()
    assert ada.got == []
    assert _delivery().attempts == 0, "not to be asked is no failure"
    clock.advance(minutes=4)
    deliveries.retry_due()
    assert [event.key for event in ada.got] == ["k1"]


def test_what_happens_while_a_plugin_cannot_be_loaded_reaches_it_afterwards(subscribe: Subscribe, clock: Clock) -> None:
    (ada,) = subscribe("ada")
    site().plugins.enabled.clear()
    site().plugins.unloaded = frozenset({"ada"})
    site().hooks.install(NAME, [])
    emit()
    run()
    clock.advance(seconds=61)
    deliveries.retry_due()
    site().plugins.enabled.append(ada)
    site().plugins.unloaded = frozenset()
    site().hooks.install(NAME, [Implementation("ada", ada.ticket_changed, ("event",))])
    clock.advance(seconds=61)
    deliveries.retry_due()
    assert [event.key for event in ada.got] == ["k1"]
    assert count(Delivery) == 0


def test_a_plugin_that_no_longer_subscribes_has_no_use_for_what_it_missed(subscribe: Subscribe, clock: Clock) -> None:
    (ada,) = subscribe("ada")
    ada.error = ValueError("no")
    emit()
    run()
    site().hooks.install(NAME, [])
    clock.advance(seconds=13)
    deliveries.retry_due()
    assert count(Delivery) == 0


def test_however_much_waits_for_a_plugin_that_is_away_others_get_theirs(subscribe: Subscribe, clock: Clock) -> None:
    """It is put off all at once, and given up after a month."""
    ada, bob = subscribe("ada", "bob")
    site().plugins.enabled.remove(ada)
    waits = {"event": NAME, "data": {"ticket_id": 7}, "happened_at": clock.now, "due_at": clock.now}
    transact(lambda session: session.add_all(Delivery(key=f"k{n}", plugin="ada", **waits) for n in range(350)))
    transact(lambda session: session.add(Delivery(key="last", plugin="bob", **waits)))
    deliveries.retry_due()
    deliveries.retry_due()
    assert [event.key for event in bob.got] == ["last"]
    rounds = 0
    clock.advance(seconds=61)
    while deliveries.retry_due():
        rounds += 1
    assert rounds == 1
    clock.advance(days=31)
    deliveries.retry_due()
    assert reading().scalar(select(func.count()).where(Delivery.state == deliveries.DEAD)) == 350


def test_a_plugin_that_is_switched_off_gets_nothing_later(subscribe: Subscribe) -> None:
    (ada,) = subscribe("ada")
    site().plugins.enabled.clear()
    site().hooks.install(NAME, [])
    emit()
    run()
    assert (count(OutboxEvent), count(Delivery)) == (0, 0)
    assert ada.got == []


def test_a_subscriber_that_hung_is_passed_over_and_gets_its_next_turn_by_back_off(
    subscribe: Subscribe, clock: Clock
) -> None:
    ada, bob = subscribe("ada", "bob")
    emit()
    (event,) = dispatcher._oldest()
    transact(lambda session: deliveries.hung(session, event, "ada", "did not come back"))  # as the watchdog does
    run()
    assert (ada.got, [event.key for event in bob.got]) == ([], ["k1"])
    clock.advance(seconds=13)
    deliveries.retry_due()
    assert [event.key for event in ada.got] == ["k1"]


def test_subscribers_may_write_and_see_what_the_ones_before_them_wrote(subscribe: Subscribe) -> None:
    subscribe("ada", "bob")
    seen = []

    def writes(event: Event) -> None:
        assert reading().scalar(select(SystemLog.id)) is None
        transact(
            lambda session: session.add(
                SystemLog(level="info", source="ada", message="done", created_at=event.happened_at)
            )
        )

    def reads(event: Event) -> None:
        seen.append(reading().scalar(select(SystemLog.message)))

    site().hooks.install(NAME, [Implementation("ada", writes, ("event",)), Implementation("bob", reads, ("event",))])
    emit()
    run()
    assert seen == ["done"]


def test_emitting_wakes_the_dispatcher_once_the_transaction_has_committed_and_not_before(
    context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("hookdesk.wakeup.wake", woken.append)
    with site().db.write() as session:
        with session.begin_nested():
            outbox.emit(session, NAME, {"ticket_id": 1})
        outbox.emit(session, NAME, {"ticket_id": 2})
        assert woken == []
    assert woken == ["outbox"]
    with pytest.raises(ZeroDivisionError):
        transact(_emit_and_fail)
    assert woken == ["outbox"]


def _emit_and_fail(session: Session) -> None:
    """A unit of work that fails after it has emitted."""
    outbox.emit(session, NAME, {"ticket_id": 1})
    session.flush()
    raise ZeroDivisionError


def _delivery() -> Delivery:
    """The only delivery."""
    release()
    row = reading().scalars(select(Delivery)).one()
    assert isinstance(row, Delivery)
    return row
