"""The main job, by hand as far as a test can: a real browser, a real server, real mail in both directions."""

from __future__ import annotations

import re
from email.message import EmailMessage, Message
from email.utils import parseaddr

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import LiveSite, sign_in, wait_until
from tests.servers.smtp import Received, SmtpServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires(
        *("portal", "desk", "auth_password", "email_in", "email_out", "topics", "search", "why", "storage_fs")
    ),
]
FILES = [("Rechnung März.bin", bytes(range(256)) * 100), ("b.txt", b"one\r\ntwo\nthree\r")]


def text_of(mail: Received) -> str:
    """The words of a mail."""
    part = next(part for part in mail.message.walk() if part.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def link_of(mail: Received) -> str:
    """The link in a mail."""
    found = re.search(r"https?://\S+", text_of(mail))
    assert found, text_of(mail)
    return found.group()


def answer_to(message: Message, words: str) -> bytes:
    """A reply as a mail program writes it: references, and the original quoted below."""
    reply = EmailMessage()
    reply["From"] = "Grace Hopper <grace@example.org>"
    reply["To"] = parseaddr(str(message["From"]))[1]
    reply["Subject"] = f"Re: {message['Subject']}"
    reply["Message-ID"] = "<answer-1@example.org>"
    reply["In-Reply-To"] = str(message["Message-ID"])
    reply["References"] = f"{message['References'] or ''} {message['Message-ID']}"
    reply.set_content(
        f"{words}\n\nOn Mon, 1 Jun 2026 at 12:00, Support <help@desk.example> wrote:\n> We bring water.\n> Stay calm.\n"
    )
    return reply.as_bytes()


def open_ticket(page: Page, site: LiveSite) -> str:
    """Step 1: a visitor opens a ticket with two files; its number."""
    page.goto(site.url)
    page.get_by_role("link", name=re.compile("open a new ticket", re.IGNORECASE)).first.click()
    page.locator("[name=topic]").first.wait_for(state="attached")
    choose_topic(page)
    page.fill("[name=name]", "Grace Hopper")
    page.fill("[name=email]", "grace@example.org")
    page.fill("[name=subject]", "The printer is on fire")
    page.fill("[name=message]", "It has been burning since nine.")
    page.set_input_files(
        "[name=attachments]",
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in FILES],
    )
    page.locator(
        "form:has([name=message]) button[type=submit], form:has([name=message]) button:not([type])"
    ).last.click()
    return page.locator("[data-ticket-number]").first.inner_text().strip().lstrip("#")


def choose_topic(page: Page) -> None:
    """Pick the first topic there is, whatever kind of control offers it."""
    control = page.locator("[name=topic]").first
    if control.evaluate("node => node.tagName") == "SELECT":
        page.select_option("[name=topic]", index=1)
    else:
        control.check(force=True)


def test_the_main_job(live_site: LiveSite, smtp_server: SmtpServer, browser: Browser) -> None:
    """Open, confirm, triage, note, reply, answer by mail, follow the link, close, find."""
    visitor = browser.new_context().new_page()
    number = open_ticket(visitor, live_site)
    wait_until(lambda: len(smtp_server.to("grace@example.org")) == 1, 60)
    confirmation = smtp_server.to("grace@example.org")[0]
    assert number in text_of(confirmation)

    agent = browser.new_context().new_page()
    sign_in(agent, live_site)
    agent.get_by_role("link", name="The printer is on fire").first.click()
    expect(agent.get_by_text("Why here?").first).to_be_visible()
    agent.get_by_role("button", name=re.compile("assign to me", re.IGNORECASE)).first.click()
    ticket_url = f"{live_site.url}/agent/tickets/{number}"
    agent.goto(ticket_url)
    submit(agent, "note", "CANARY: call the fire brigade")
    agent.goto(ticket_url)
    submit(agent, "reply", "We bring water.", status="pending")
    wait_until(lambda: len(smtp_server.to("grace@example.org")) == 2, 60)
    reply = smtp_server.to("grace@example.org")[1]
    assert "We bring water." in text_of(reply)
    assert not any(b"CANARY" in mail.raw for mail in smtp_server.to("grace@example.org"))
    agent.goto(ticket_url)
    expect(agent.get_by_text("Waiting for requester").first).to_be_visible()

    for name, content in FILES:
        with agent.expect_download() as download:
            link = agent.get_by_role("link", name=re.compile(re.escape(name))).first
            link.evaluate("node => { node.download = ''; node.click() }")
        assert download.value.path().read_bytes() == content

    alerts = len(smtp_server.to("ada@helpdesk.example"))
    piped = live_site.run("mail", "pipe", stdin=answer_to(reply.message, "It burns more now."))
    assert piped.returncode == 0, piped.stderr
    wait_until(lambda: len(smtp_server.to("ada@helpdesk.example")) > alerts, 60)
    agent.goto(ticket_url)
    expect(agent.get_by_text("It burns more now.").first).to_be_visible()
    assert not agent.get_by_text("Stay calm.").first.is_visible()
    assert agent.locator("form[name=reply] [name=status], form[name=reply]").first.count()

    guest = browser.new_context().new_page()
    guest.goto(link_of(reply))
    expect(guest.get_by_text("We bring water.").first).to_be_visible()
    assert "CANARY" not in guest.content()
    guest.fill("[name=message]", "It is out, thank you. Wolkenkuckucksheim!")
    guest.locator("form:has([name=message]) button").last.click()
    expect(guest.get_by_text("Wolkenkuckucksheim").first).to_be_visible()

    agent.goto(ticket_url)
    expect(agent.get_by_text("Wolkenkuckucksheim").first).to_be_visible()
    submit(agent, "reply", "Glad to hear it.", status="closed")
    wait_until(lambda: found(agent, live_site, "wolkenkuckucks", number), 60)
    assert found(agent, live_site, "brigade", number)
    assert not found(agent, live_site, "flooding", number)
    assert "Closed" in agent.goto(ticket_url).text()  # type: ignore[union-attr]  # a page answers


def submit(page: Page, form: str, words: str, status: str = "") -> None:
    """Send a reply or a note without the page's script standing between: as the form's names promise to scripts."""
    page.evaluate(
        """([form, words, status]) => {
            const node = document.forms[form];
            node.querySelector("textarea[name=message]").value = words;
            if (status) {
                const select = node.elements.status;
                const wanted = [...select.options].find(option => option.value === status || option.dataset.key === status);
                if (!wanted) throw new Error("no status " + status + " among " + [...select.options].map(o => o.value));
                select.value = wanted.value;
            }
            HTMLFormElement.prototype.submit.call(node);
        }""",
        [form, words, status],
    )
    page.wait_for_load_state("load")
    expect(page.get_by_text(words).first).to_be_visible()


def found(page: Page, site: LiveSite, words: str, number: str) -> bool:
    """True if a search shows the ticket."""
    page.goto(f"{site.url}/agent/search/?q={words}")
    return page.locator(".queue .number", has_text=number).count() > 0
