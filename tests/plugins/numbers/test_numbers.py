"""Number formats: what they make, what is refused, and that numbers with letters are understood wherever one is typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    CoreSettings,
    Decision,
    InboundMessage,
    IntakeHooks,
    Sender,
    SystemLog,
    Ticket,
    access_number,
    intake,
    reading,
    release,
    site,
    system,
)
from hookdesk.testing import Client, Clock, assert_plugin_contract
from hookdesk_numbers import formats, services
from hookdesk_numbers.services import FormatData, NumberProblem, SequenceData

pytestmark = pytest.mark.plugins("numbers")


def make(app: Flask, pattern: str, *, default: bool = True, **sequence: Any) -> int:
    """A format, counted by a sequence of its own if one is described; its id."""
    with app.app_context():
        counted = services.save_sequence(system(), SequenceData(**sequence)) if sequence else None
        return services.save_format(system(), FormatData(pattern, pattern, counted, default))


def open_tickets(app: Flask, count: int = 1) -> list[str]:
    """Open some; the numbers of all."""
    with app.app_context():
        for _ in range(count):
            intake.submit(InboundMessage("portal", "grace@example.org", "Grace", "Fire", "It burns"), ANONYMOUS)
        release()
        return list(reading().scalars(select(Ticket.number).order_by(Ticket.id)))


def test_the_plugin_keeps_the_contract() -> None:
    assert_plugin_contract("numbers")


def test_without_a_format_core_counts_as_ever(hookdesk_app: Flask) -> None:
    assert open_tickets(hookdesk_app, 2) == ["10000", "10001"]


def test_the_default_format_counts_by_its_sequence_and_says_so(hookdesk_app: Flask) -> None:
    make(hookdesk_app, "TT-####", name="TT", following=98, step=2)
    assert open_tickets(hookdesk_app, 3) == ["TT-0098", "TT-0100", "TT-0102"]
    with hookdesk_app.app_context():
        decision = reading().scalars(select(Decision).where(Decision.plugin == "numbers")).first()
        assert decision is not None
        assert decision.changes == {"number": [None, "TT-####"]}
        assert "default format" in decision.reason


def test_random_digits_are_drawn_where_no_sequence_is_chosen(hookdesk_app: Flask) -> None:
    make(hookdesk_app, "R-######")
    found = open_tickets(hookdesk_app, 5)
    assert len(set(found)) == 5
    assert all(re.fullmatch(r"R-[1-9]\d{5}", number) for number in found)


def test_a_date_in_the_number_is_that_of_the_site(hookdesk_app: Flask, clock: Clock) -> None:
    """Half past eleven in the evening of 31 December in UTC is the new year in Berlin; the sequence begins anew there."""
    make(hookdesk_app, "{YEAR}-##".replace("YEAR", "year"), name="yearly", restarts="year")
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"timezone": "Europe/Berlin"}, system())
        year = formats.today().year
    assert open_tickets(hookdesk_app, 2) == [f"{year}-01", f"{year}-02"]
    clock.advance(days=366)
    assert open_tickets(hookdesk_app, 1)[-1].endswith("-01")
    with hookdesk_app.app_context():
        moment = formats.today().replace(month=12, day=31, hour=23, minute=30)
        clock.advance(seconds=(moment - formats.today()).total_seconds())
        before = formats.dated("{year}-{month}-{day}")
        clock.advance(hours=2)
        assert before.endswith("-12-31")
        assert formats.dated("{year}-{month}-{day}").endswith("-01-01")


def test_two_formats_may_share_a_sequence(hookdesk_app: Flask) -> None:
    first = make(hookdesk_app, "A-##", name="one")
    with hookdesk_app.app_context():
        services.save_format(system(), FormatData("B", "B-##", 1, is_default=False))
        other = formats.chosen(f"numbers:{first + 1}")
        assert other is not None
    assert open_tickets(hookdesk_app) == ["A-01"]
    with hookdesk_app.app_context():
        services.save_format(system(), FormatData("B", "B-##", 1, is_default=True), first + 1)
    assert open_tickets(hookdesk_app) == ["A-01", "B-02"]


def test_many_at_once_leave_no_gap_and_no_double(hookdesk_app: Flask) -> None:
    make(hookdesk_app, "TT-###", name="TT")
    barrier = Barrier(6)

    def run(_: int) -> None:
        with hookdesk_app.app_context():
            barrier.wait(30)
        open_tickets(hookdesk_app, 4)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(6)))
    assert sorted(open_tickets(hookdesk_app)) == [f"TT-{place:03}" for place in range(1, 26)]


@pytest.mark.parametrize(
    ("pattern", "sequence", "words"),
    [
        ("TT", {}, "A # is missing"),
        ("TT-#####", {}, "6 digits or more"),
        ("TT/######", {}, "Use letters"),
        ("-######", {}, "Use letters"),
        ("Ü######", {}, "Use letters"),
        ("A ######", {}, "Use letters"),
        ("../######", {}, "Use letters"),
        ("######{week}", {}, "in braces"),
        ("{year", {}, "in braces"),
        ("#" * 21, {}, "21 characters"),
        ("X-##", {"name": "y", "restarts": "year"}, "{year}"),
        ("{year}-##", {"name": "m", "restarts": "month"}, "{month}"),
    ],
)
def test_what_would_not_stay_unique_or_readable_is_refused(
    hookdesk_app: Flask, pattern: str, sequence: dict[str, Any], words: str
) -> None:
    with pytest.raises(NumberProblem, match=re.escape(words)) as refused:
        make(hookdesk_app, pattern, **sequence)
    assert refused.value.field == "pattern"
    assert open_tickets(hookdesk_app) == ["10000"]


def test_a_sequence_cannot_go_back_to_numbers_that_are_given(hookdesk_app: Flask) -> None:
    make(hookdesk_app, "TT-##", name="TT", following=5)
    open_tickets(hookdesk_app, 2)
    with hookdesk_app.app_context():
        for following in (1, 5, 6):
            with pytest.raises(NumberProblem, match="up to 6 are given") as refused:
                services.save_sequence(system(), SequenceData("TT", following=following), 1)
            assert refused.value.field == "following"
        services.save_sequence(system(), SequenceData("TT", following=20), 1)
    assert open_tickets(hookdesk_app) == ["TT-05", "TT-06", "TT-20"]
    with hookdesk_app.app_context():
        told = list(reading().scalars(select(SystemLog.message)))
        assert any("next number" in line for line in told)


def test_a_sequence_does_not_begin_anew_where_a_format_would_repeat_itself(hookdesk_app: Flask) -> None:
    make(hookdesk_app, "TT-##", name="TT")
    with hookdesk_app.app_context(), pytest.raises(NumberProblem, match="begins anew"):
        services.save_sequence(system(), SequenceData("TT", restarts="year"), 1)


def test_a_sequence_that_counts_is_not_deleted(hookdesk_app: Flask) -> None:
    made = make(hookdesk_app, "TT-##", name="TT")
    with hookdesk_app.app_context():
        with pytest.raises(NumberProblem, match="stays"):
            services.remove_sequence(system(), 1)
        services.remove_format(system(), made)
        services.remove_sequence(system(), 1)
    assert open_tickets(hookdesk_app) == ["10000"]


@pytest.mark.parametrize(
    "ref", ["", "numbers:", "numbers:9", "numbers:x", "numbers:-1", "numbers:" + "9" * 30, "sla:1"]
)
def test_a_reference_that_leads_nowhere_is_no_format(hookdesk_app: Flask, ref: str) -> None:
    with hookdesk_app.app_context():
        assert formats.chosen(ref) is None


@pytest.mark.plugins("numbers", "email_in")
@pytest.mark.requires("email_in")
@pytest.mark.parametrize("subject", ["Re: [#TT-0001] Fire", "tt-0001", "AW: #tt-0001", "Re: # TT-0001: Fire"])
def test_a_mail_finds_its_ticket_by_such_a_number(hookdesk_app: Flask, subject: str) -> None:
    make(hookdesk_app, "TT-####", name="TT")
    open_tickets(hookdesk_app)
    with hookdesk_app.app_context():
        user_id = reading().scalar(select(Ticket.user_id))
        message = InboundMessage("email", "grace@example.org", "Grace", subject, "More")
        sender = Sender("grace@example.org", "Grace", user_id)
        match = site().hooks.first(IntakeHooks.intake_match, message=message, sender=sender)
        assert (match is not None) is ("#" in subject)


def test_a_number_may_be_typed_with_small_letters(hookdesk_app: Flask) -> None:
    make(hookdesk_app, "TT-####", name="TT")
    open_tickets(hookdesk_app)
    with hookdesk_app.app_context():
        assert access_number(system("test"), "tt-0001").number == "TT-0001"


@pytest.mark.plugins("numbers", "search", "desk", "auth_password")
@pytest.mark.requires("search", "desk")
@pytest.mark.parametrize("typed", ["TT_-0001", "#TT_-0001", "tt_-0001"])
def test_the_search_leads_to_the_ticket(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], typed: str
) -> None:
    make(hookdesk_app, "TT_-####", name="TT")
    open_tickets(hookdesk_app)
    hookdesk_client.sign_in(make_agent("ada", is_admin=True))
    answer = hookdesk_client.get("/agent/search/", query_string={"q": typed})
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/agent/tickets/TT_-0001")
    assert "TT_-0001" in hookdesk_client.get("/agent/tickets/TT_-0001").text


@pytest.mark.plugins("numbers", "portal", "email_out")
@pytest.mark.requires("portal", "email_out")
@pytest.mark.parametrize("typed", ["TT-0001", " #tt-0001 "])
def test_the_portal_mails_a_link_for_such_a_number(
    hookdesk_app: Flask, hookdesk_client: Client, run_jobs: Callable[..., int], typed: str
) -> None:
    make(hookdesk_app, "TT-####", name="TT")
    open_tickets(hookdesk_app)
    hookdesk_client.submit("/check", {"number": typed, "email": "grace@example.org"})
    run_jobs("outbox")
    with hookdesk_app.app_context():
        from hookdesk_email_out.models import Mail

        mails = list(reading().scalars(select(Mail.subject)))
        assert any("Your ticket TT-0001" in subject for subject in mails)
