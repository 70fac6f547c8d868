"""Triage, by hand as far as a test can: an admin builds it in the browser, tickets come by web and mail, and it escalates on time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from hookdesk import clock
from hookdesk.api import Ticket, job_overview, reading, release
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk.testing.instances import end
from tests.journeys.conftest import LiveSite, sign_in, wait_until
from tests.servers.smtp import SmtpServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires(
        *(
            "portal",
            "desk",
            "admin",
            "auth_password",
            "email_in",
            "email_out",
            "topics",
            "forms",
            "filters",
            "calendars",
        ),
        *("sla", "why", "storage_fs"),
    ),
]
BERLIN = ZoneInfo("Europe/Berlin")


def save(page: Page, name: str = "Save") -> None:
    """Press the button that saves, and see that it took."""
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".toast").first).to_be_visible()


def build_form(page: Page, site: LiveSite) -> None:
    """A form that asks for an order number only of those whom it concerns."""
    page.goto(f"{site.url}/admin/forms/new")
    page.get_by_label("Title").fill("About the bike")
    save(page)
    page.get_by_label("Add a field").click()
    page.get_by_role("link", name="Choice", exact=True).click()
    page.get_by_label("Label", exact=True).fill("Concerns")
    page.get_by_label("Name for rules and programs").fill("concerns")
    page.get_by_label(re.compile("^Choices")).fill("An order\nA repair")
    save(page)
    page.get_by_label("Add a field").click()
    page.get_by_role("link", name="Short text", exact=True).click()
    page.get_by_label("Label", exact=True).fill("Order number")
    page.get_by_label("Name for rules and programs").fill("order")
    page.get_by_label("Requesters").select_option("required")
    page.get_by_role("button", name="Condition", exact=True).click()
    page.get_by_label("Field", exact=True).select_option(label="Concerns")
    page.get_by_label("Value").select_option(label="An order")
    save(page)


def build_topic(page: Page, site: LiveSite) -> None:
    """A topic that the form goes with."""
    page.goto(f"{site.url}/admin/topics/new")
    page.get_by_label("Name", exact=True).fill("Bikes")
    save(page)
    page.goto(f"{site.url}/admin/topics")
    page.get_by_role("link", name="Bikes", exact=True).click()
    page.get_by_label("About the bike").check()
    save(page, "Save the forms")


def build_schedule(page: Page, site: LiveSite) -> None:
    """Office hours in Berlin."""
    page.goto(f"{site.url}/admin/schedules/new")
    page.get_by_label("Name", exact=True).fill("Berlin")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        page.get_by_label(day).fill("9:00-17:00")
    for day in ("Saturday", "Sunday"):
        page.get_by_label(day).fill("")
    save(page)


def build_plan(page: Page, site: LiveSite) -> None:
    """One hour to the first response within these hours; then it is an emergency."""
    page.goto(f"{site.url}/admin/sla/new")
    page.get_by_label("Name", exact=True).fill("VIP")
    page.get_by_label("Working hours").select_option(label="Berlin")
    page.get_by_label("First response, All priorities").fill("1h")
    page.locator("[name=step-0-target]").select_option(label="First response")
    page.locator("[name=step-0-do]").select_option(label="Priority at least: Emergency")
    save(page)


def build_filter(page: Page, site: LiveSite) -> None:
    """Who writes from an important organization gets the plan. A dry run over what came so far says so before it is saved."""
    page.goto(f"{site.url}/admin/organizations/new")
    page.get_by_label("Name", exact=True).fill("Important AG")
    page.get_by_label("Domains").fill("vip.example")
    save(page)
    page.goto(f"{site.url}/admin/filters/new")
    page.get_by_label("Name", exact=True).fill("VIPs")
    page.get_by_role("button", name="Condition", exact=True).click()
    page.get_by_label("Field", exact=True).select_option(label="Sender's address")
    page.get_by_label("Comparison", exact=True).select_option(label="ends with")
    page.get_by_label("Value", exact=True).fill("@vip.example")
    page.get_by_label("Action", exact=True).select_option(label="Set SLA plan")
    page.get_by_role("button", name="Add action").click()
    page.locator("#actions select").first.select_option(label="VIP")
    page.get_by_role("complementary").get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("Would be handled differently")).to_be_visible(timeout=20_000)
    expect(page.locator(".filter-hit")).to_contain_text("Earlier")
    save(page, "Save filter")


def mail(site: LiveSite, subject: str) -> None:
    """A mail of somebody important."""
    letter = EmailMessage()
    letter["From"] = "Vera Important <vera@vip.example>"
    letter["To"] = "help@desk.example"
    letter["Subject"] = subject
    letter["Message-ID"] = f"<{subject.replace(' ', '-')}@vip.example>"
    letter.set_content("The bell does not ring.")
    piped = site.run("mail", "pipe", stdin=letter.as_bytes())
    assert piped.returncode == 0, piped.stderr


def open_on_the_web(page: Page, site: LiveSite) -> None:
    """A visitor is asked for the order number once it is about an order, and not let through without."""
    page.goto(f"{site.url}/open")
    page.get_by_label("What is it about?").select_option(label="Bikes")
    order = page.get_by_label("Order number")
    expect(order).to_be_hidden()
    page.get_by_label("Concerns").select_option(label="An order")
    expect(order).to_be_visible()
    page.get_by_label("Your name").fill("Grace Hopper")
    page.get_by_label("Your e-mail address").fill("grace@example.org")
    page.get_by_label("In one sentence").fill("Where is my bike")
    page.get_by_label("What happens, and what did you expect?").fill("It was to come on Monday.")
    page.locator("form:has([name=message]) button:not([formaction])").last.click()
    expect(order).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("In one sentence")).to_have_value("Where is my bike")
    order.fill("4711")
    page.locator("form:has([name=message]) button:not([formaction])").last.click()
    expect(page.locator("[data-ticket-number]").first).to_be_visible()


def at(site: LiveSite, moment: datetime, job: str) -> None:
    """Let a job run as if it were later."""
    app = create_app(load(site.instance, site.environ))
    with app.app_context(), clock.at(moment):
        job_overview.run_here(job)
    end(app)


def due_at(site: LiveSite, subject: str) -> datetime:
    """When a ticket is due."""
    app = create_app(load(site.instance, site.environ))
    with app.app_context():
        found = reading().scalar(select(Ticket.due_at).where(Ticket.subject == subject))
        release()
    end(app)
    assert isinstance(found, datetime)
    return found


def test_an_admin_builds_triage_and_sees_it_work(
    live_site: LiveSite, smtp_server: SmtpServer, browser: Browser
) -> None:
    """A conditional form, a filter to a plan, a dry run, tickets by web and mail, the reason, and escalation on time."""
    admin = browser.new_context().new_page()
    sign_in(admin, live_site)
    mail(live_site, "Earlier")
    build_form(admin, live_site)
    build_topic(admin, live_site)
    build_schedule(admin, live_site)
    build_plan(admin, live_site)
    build_filter(admin, live_site)

    open_on_the_web(browser.new_context().new_page(), live_site)
    mail(live_site, "The bell")
    wait_until(lambda: len(smtp_server.to("vera@vip.example")) == 2, 20)

    admin.goto(f"{live_site.url}/agent/")
    admin.get_by_role("link", name="Where is my bike").first.click()
    expect(admin.get_by_text("4711").first).to_be_visible()
    admin.goto(f"{live_site.url}/agent/")
    admin.get_by_role("link", name="The bell").first.click()
    ticket_url = admin.url
    admin.get_by_text("Why here?").click()
    expect(admin.locator("#why")).to_contain_text("VIPs")
    admin.get_by_role("link", name="Full trace").click()
    expect(admin.locator(".trace")).to_contain_text("VIPs version 1 matched")
    expect(admin.locator(".trace")).to_contain_text(re.compile("Sender's address ends with “@vip.example” *yes"))

    admin.locator(".trace").get_by_role("link", name="VIPs").click()
    expect(admin.get_by_label("Name", exact=True)).to_have_value("VIPs")

    due = due_at(live_site, "The bell")
    here = due.astimezone(BERLIN)
    assert here.weekday() < 5
    assert (
        timedelta(hours=9) < timedelta(hours=here.hour, minutes=here.minute, seconds=here.second) <= timedelta(hours=17)
    )
    at(live_site, due - timedelta(seconds=1), "sla.watch")
    admin.goto(ticket_url)
    priority = admin.get_by_label("Priority").locator("option:checked")
    expect(priority).to_have_text("Normal")
    told = len(smtp_server.to("ada@helpdesk.example"))
    at(live_site, due + timedelta(seconds=1), "sla.watch")
    admin.goto(ticket_url)
    expect(priority).to_have_text("Emergency")
    wait_until(lambda: len(smtp_server.to("ada@helpdesk.example")) > told, 20)
