"""The demo company: everything went through the services, and every page of it can be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from hookdesk.api import (
    Agent,
    AuthHooks,
    Credentials,
    Decision,
    Delivery,
    IntakeRecord,
    OutboxEvent,
    PluginError,
    PluginState,
    ThreadEntry,
    Ticket,
    UserEmail,
    clock,
    reading,
    site,
)
from hookdesk.app import create_app
from hookdesk.testing import Client
from hookdesk.testing.instances import Instances, end
from hookdesk_canned.models import Response
from hookdesk_demo import demo, stories, words
from hookdesk_demo.company import PASSWORD
from hookdesk_forms import catalogue
from hookdesk_forms.models import Value
from hookdesk_kb import counting, shelf

NEEDED = (
    "desk",
    "portal",
    "email_in",
    "email_out",
    "auth_password",
    "topics",
    "filters",
    "forms",
    "canned",
    "kb",
    "search",
    "storage_fs",
    "why",
)
# one worker makes the company, which takes half a minute
pytestmark = [pytest.mark.requires(*NEEDED), pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def company(hookdesk_instances: Instances, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site with the stories that were written by hand."""
    app = create_app(hookdesk_instances.copy(NEEDED, tmp_path_factory.mktemp("demo") / "i"))
    app.test_client_class = Client
    with app.app_context():
        demo.make(1, lambda line: None, tickets=0)
    yield app
    end(app)


@pytest.fixture
def inside(company: Flask) -> Iterator[Flask]:
    """An application context on it."""
    with company.app_context():
        yield company


def test_the_stories_are_many_and_each_is_told_once() -> None:
    told = stories.written()
    assert len({story.subject for story in told}) == len(told) >= 60
    scripts = {_script(story.text) for story in told}
    assert scripts >= {
        "LATIN",
        "GREEK",
        "CYRILLIC",
        "ARABIC",
        "HEBREW",
        "DEVANAGARI",
        "CJK",
        "HIRAGANA",
        "HANGUL",
        "THAI",
    }


def _script(text: str) -> str:
    """The script of most of a text's letters."""
    import unicodedata
    from collections import Counter

    names = Counter(unicodedata.name(char, "?").split()[0] for char in text if char.isalpha())
    return names.most_common(1)[0][0]


def test_nobody_real_can_be_written_to() -> None:
    addresses = [story.address for story in stories.written()]
    plan = words.load("company.toml")
    assert all(address.endswith(".example") for address in [*addresses, "@" + plan["domain"]])


@pytest.mark.usefixtures("inside")
class TestCompany:
    """What there is afterwards."""

    def test_each_story_is_a_ticket_that_is_not_in_the_future(self) -> None:
        subjects = set(reading().scalars(select(Ticket.subject)))
        assert {story.subject for story in stories.written()} <= subjects
        assert reading().scalar(select(func.max(Ticket.last_activity_at))) <= clock.now()
        days = reading().all(select(Ticket.created_at))
        assert len({row.created_at.date() for row in days}) > 15

    def test_there_are_tickets_of_all_kinds(self) -> None:
        kinds = {row[0] for row in reading().all(select(ThreadEntry.kind))}
        channels = {row[0] for row in reading().all(select(Ticket.channel))}
        states = {row[0] for row in reading().all(select(Ticket.state))}
        assert (kinds, channels, states) == (
            {"message", "response", "note"},
            {"email", "portal", "phone"},
            {"open", "closed"},
        )

    def test_decisions_events_and_mails_are_real(self) -> None:
        assert reading().scalar(select(func.count()).where(Decision.plugin == "topics", Decision.outcome == "changed"))
        assert reading().scalar(select(func.count()).where(Decision.plugin == "filters", Decision.outcome == "changed"))
        assert reading().scalar(select(func.count()).where(IntakeRecord.outcome == "quarantined"))
        from hookdesk_email_out.accounts import store
        from hookdesk_email_out.models import Mail

        states = {row[0] for row in reading().all(select(Mail.state))}
        assert states == {"sent"}
        assert reading().scalar(select(func.count()).where(Mail.template == "reply")) > 40
        assert {one.host for one in store.everyone()} == {""}

    def test_the_workshop_writes_in_words_of_its_own(self) -> None:
        from hookdesk_email_out.models import Mail, OwnKind

        own = select(func.count()).where(
            Mail.template == "autoresponse", Mail.text.contains("leave the bike where it is")
        )
        assert reading().scalar(own)
        assert reading().scalar(select(OwnKind.name)) == "Battery safety"

    def test_nothing_is_left_over_and_nothing_failed(self) -> None:
        for model in (OutboxEvent, Delivery, PluginError):
            assert reading().scalar(select(func.count()).select_from(model)) == 0, model

    def test_quoted_text_of_answers_is_folded(self) -> None:
        folded = reading().all(select(ThreadEntry.text).where(ThreadEntry.quoted != ""))
        assert len(folded) > 15
        assert not any("\n> " in row.text for row in folded)

    def test_the_agents_can_sign_in(self) -> None:
        assert reading().scalar(select(func.count()).select_from(Agent)) >= 15
        credentials = Credentials(face="agent", login="ines", password=PASSWORD, address="127.0.0.1", extra={})
        answer = site().hooks.first(AuthHooks.auth_authenticate, credentials=credentials)
        assert answer is not None
        assert answer.user_id == reading().scalar(
            select(UserEmail.user_id).where(UserEmail.address == "ines@alder-cycles.example")
        )

    def test_tickets_about_bikes_say_which_one(self) -> None:
        assert {spec.key for spec in catalogue.fields_of("ticket").values()} >= {"model", "serial", "electric", "order"}
        assert reading().scalar(select(func.count()).select_from(Value)) >= 10

    def test_agents_have_something_to_answer_with(self) -> None:
        assert reading().scalar(select(func.count()).select_from(Response)) >= 5

    def test_the_plugin_that_says_so_is_on(self) -> None:
        assert reading().scalar(select(PluginState.is_enabled).where(PluginState.slug == "demo"))


def test_every_ticket_can_be_looked_at(company: Flask, make_admin: Callable[[Flask], Client]) -> None:
    client = make_admin(company)
    with company.app_context():
        numbers = list(reading().scalars(select(Ticket.number)))
    for path in ("/agent/", "/agent/queues/closed", *(f"/agent/tickets/{number}" for number in numbers)):
        assert client.get(path).status_code == 200, path


def test_recurring_requests_fill_all_their_slots() -> None:
    from random import Random

    for story in stories.recurring(Random(3), 300, clock.now(), 40):
        for text in (story.subject, story.text, *(step.text for step in story.steps)):
            assert "{" not in text, text


@pytest.mark.plugins("demo", "portal", "desk", "auth_password")
def test_a_demo_site_says_so(hookdesk_client: Client) -> None:
    assert PASSWORD in hookdesk_client.get("/agent/login").text
    assert "This is a demo" in hookdesk_client.get("/").text


@pytest.mark.usefixtures("inside")
def test_its_articles_were_read_and_spared_tickets() -> None:
    known = shelf.read()
    assert len(known.nodes) == 4
    assert len(known.articles) >= 12
    assert any("de" in item.texts for item in known.articles.values())
    assert all(item.topics for item in known.articles.values() if item.is_published)
    lately = counting.lately()
    assert lately.shown > lately.read > lately.solved > 0
