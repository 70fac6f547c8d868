"""`hookdesk seed --demo`: a lively company, with the last six weeks of its helpdesk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from time import monotonic

from hookdesk.api import clock, job_overview, lifecycle, site, system
from hookdesk_demo import chores, letters, paper, reading, sink, stories, wording
from hookdesk_demo.company import PASSWORD, Company, found_company
from hookdesk_demo.stage import Stage

TICKETS = 200
DAYS = 43
SAID_EVERY = 100
Say = Callable[[str], None]


def make(seed: int, say: Say, tickets: int = TICKETS) -> None:
    """Make the company and play its stories: those written by hand, and recurring ones up to so many tickets."""
    chance, now, started = Random(seed), clock.now(), monotonic()  # noqa: S311  # made-up data must come out the same again
    told = stories.written()
    told += stories.recurring(chance, tickets - len(told), now, DAYS - 1)
    with clock.at(now - timedelta(days=DAYS)):
        company = found_company(dict.fromkeys((story.name, story.address) for story in told))
        wording.write_words(system("Demo"), company.departments)
        reading.write_articles(company.topics, tuple(company.agents.values()))
    say(f"· company: {len(company.agents)} agents, {len(company.organizations)} organizations")
    stage = Stage(company, now)
    for story in told:
        stage.add(story)
    _add_strays(stage, chance)

    def progress(actions: int) -> None:
        if actions % SAID_EVERY == 0:
            say(f"· history: {actions} things have happened ({monotonic() - started:.0f} s)")

    with _mail_server(company):
        stage.play(progress)
    paper.fill_some(chance, company.topics)
    chores.do_some(chance, company.agents)
    reading.read_some(chance, now)
    say(f"· history: {len(told)} tickets, {stage.actions} things have happened ({monotonic() - started:.0f} s)")
    problem = lifecycle.enable("demo", system("Demo"))
    job_overview.run_here("outbox")  # who keeps an audit is told of the last changes, too
    say(f"· sign in at /agent/login as ines, yusuf, sofia, henrik or mei, with the password: {PASSWORD}")
    if problem:
        say(f"· the plugin demo stays off: {problem}")


def _add_strays(stage: Stage, chance: Random) -> None:
    """Mails that become no ticket, if mail is read at all."""
    if site().plugins.get("email_in") is None:
        return
    for number, (sender, raw) in enumerate(letters.STRAYS):
        at = clock.now() - timedelta(days=chance.uniform(0.5, 9))
        stage.at(at, partial(_ignored, stage, raw, sender, f"stray-{number}"))


def _ignored(stage: Stage, raw: bytes, sender: str, key: str) -> None:
    """Hand over a mail, whatever becomes of it."""
    stage.post(raw, sender, key)


@contextmanager
def _mail_server(company: Company) -> Iterator[None]:
    """Let outgoing mail go to a server that throws it away, and afterwards to none: nobody's mailbox must fill with a demo."""
    plugin = site().plugins.get("email_out")
    if plugin is None:
        yield
        return
    from hookdesk_email_out.accounts import store

    kind, actor = plugin.settings_type, system("Demo")
    # ten people who are told of each new ticket would make up most of what a demo holds
    site().settings.save("email_out", kind, {"told_fewer": ["new_ticket:department"]}, actor)
    address = f"support@{company.domain}"
    with sink.listening() as port:
        account = store.Values(name=address, address=address, host="127.0.0.1", port=port, security="none")
        account_id = store.save(actor, account)
        try:
            yield
        finally:
            store.save(actor, replace(account, host="", port=587, security="starttls"), account_id)
