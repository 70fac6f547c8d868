"""Every page, crawled: it answers, keeps the content policy, breaks no rule of WCAG 2.2 A and AA, and does not scroll sideways."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import LiveSite
from tests.journeys.furnished import guest_path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires(
        *("portal", "desk", "admin", "auth_password", "topics", "search", "why", "storage_fs", "email_out"),
        *(
            "two_factor",
            "totp",
            "email_code",
            "passkeys",
            "recovery_codes",
            "directory",
            "forms",
            "filters",
            "palette",
            "queues",
            "kb",
            "tags",
            "tasks",
            "email_in",
            "mailboxes",
            "mail_addresses",
            "mail_oauth",
        ),
    ),
    pytest.mark.xdist_group("crawl"),
]
Axe = Callable[[Page], list[str]]
PORTAL = [
    *("/", "/open", "/open?topic=topics:1", "/check", "/nothing-here", "/agent/login", "/agent/reset"),
    *(
        "/help",
        "/help/1",
        "/help/2",
        "/help/categories/1-bikes",
        "/help/search",
        "/help/search?q=tyre",
        "/help/search?q=nothingofthekind",
        "/help/glad",
    ),
]
SEARCHED = '{"version":1,"mode":"all","parts":[{"field":"subject","operator":"contains","value":"e"}]}'
DESK = [
    "/agent/",
    "/agent/queues/mine",
    "/agent/queues/unassigned",
    "/agent/queues/closed",
    "/agent/queues/overdue",
    "/agent/my-queues",
    "/agent/my-queues/new",
    "/agent/my-queues/1/columns",
    "/agent/?sort=oldest",
    "/agent/tickets/10000",
    "/agent/tickets/10001",
    "/agent/tickets/10000?section=people",
    "/agent/tickets/10000?section=referrals",
    "/agent/people",
    "/agent/people?q=nobodyofthatname",
    "/agent/people/1",
    "/agent/people/1/edit",
    "/agent/people/new",
    "/agent/people/organizations",
    "/agent/people/organizations/new",
    "/agent/tickets/10000/why",
    *(f"/agent/tickets/10000/{page}" for page in ("merge", "hand-over", "log", "print?notes=1&changes=1", "ban")),
    *(f"/agent/tickets/10000/entries/1{page}" for page in ("", "/edit", "/versions", "/split")),
    "/agent/bin",
    "/agent/tickets/new",
    "/agent/profile",
    "/agent/people/agents",
    "/agent/people/agents?q=nobodyofthatname",
    "/agent/canned",
    "/agent/canned/add",
    "/agent/canned/1",
    "/agent/password",
    "/agent/sessions",
    *(f"/agent/second-factors{page}" for page in ("", "/app", "/mail", "/passkeys", "/recovery-codes")),
    "/agent/palette/",
    "/agent/palette/?q=queue",
    "/agent/palette/?q=nothingofthekind",
    "/agent/search/",
    "/agent/search/?q=welcome",
    "/agent/search/?q=nothingofthekind",
    "/agent/search/?order=best&q=welcome&conditions=" + quote(SEARCHED),
    "/agent/search/advanced?conditions=" + quote(SEARCHED),
    *("/agent/bulk", "/agent/bulk/1"),
    *("/agent/exports/", "/agent/exports/new", "/agent/exports/1"),
    "/agent/tickets/99999",
    *(
        f"/agent/kb{page}"
        for page in ("", "?q=tyre", "?state=archived", "/new", "/new?entry=3", "/answers", "/articles/1")
    ),
    *(f"/agent/kb/articles/{page}" for page in ("1/edit", "2/edit", "2/edit?as=html", "1/versions", "2/versions")),
    *(f"/agent/kb/categories{page}" for page in ("", "/new", "/2")),
    *("/agent/tasks", "/agent/tasks?queue=mine", "/agent/tasks?queue=done", "/agent/tasks?queue=all&q=nowhere"),
    *("/agent/tasks/T-0001", "/agent/tasks/T-0001?edit=1", "/agent/tasks/T-0001/print?notes=1"),
    "/agent/tasks/new?ticket=10001",
]
ADMIN = [
    *("/admin/", "/admin/agents", "/admin/agents/new", "/admin/agents/1", "/admin/departments", "/admin/departments/1"),
    *("/admin/departments/new", "/admin/teams", "/admin/teams/new", "/admin/roles", "/admin/roles/1", "/admin/users"),
    *("/admin/users/1", "/admin/users/new", "/admin/organizations", "/admin/organizations/new", "/admin/intake"),
    *("/admin/intake/1", "/admin/intake/1/why", "/admin/plugins", "/admin/plugins/search", "/admin/plugins/order"),
    *("/admin/plugins/spam_words", "/admin/themes", "/admin/settings", "/admin/settings/email_out", "/admin/health"),
    *("/admin/jobs", "/admin/deliveries", "/admin/log", "/admin/topics", "/admin/topics/new", "/admin/topics/1"),
    *(
        "/admin/alerts",
        "/admin/templates",
        "/admin/templates/0/reply",
        "/admin/templates/0/new_ticket_alert?language=de",
    ),
    *("/admin/mail/", "/admin/mail/?state=dead", "/admin/find?q=mail", "/admin/users/import", "/admin/agents/import"),
    *(
        "/admin/filters",
        "/admin/filters/new",
        "/admin/filters/1",
        "/admin/filters/1/history",
        "/admin/filters/1/decisions",
    ),
    *("/admin/filters/try", "/admin/filters/import", "/admin/filters/runs/1"),
    "/admin/agents/1/leave",
    "/admin/search",
    "/admin/second-factors",
    "/admin/bans",
    *(
        "/admin/forms",
        "/admin/forms/new",
        "/admin/forms/1",
        "/admin/forms/1/fields/new?kind=choice",
        "/admin/forms/fields/1",
    ),
    *("/admin/queues", "/admin/queues/new", "/admin/queues/2"),
    *("/admin/forms/lists", "/admin/forms/lists/new", "/admin/forms/lists/1", "/admin/forms/items/1"),
    *("/admin/tags", "/admin/tags/new", "/admin/tags/1", "/admin/checklists", "/admin/checklists/1"),
    "/admin/checklists/new",
    *(
        "/admin/mail-sign-ins",
        "/admin/mail-sign-ins/new/microsoft",
        "/admin/mail-addresses",
        "/admin/mail-addresses/new",
    ),
    *("/admin/mail/channels", "/admin/mail/inspect", "/admin/mail/inspect/upload"),
    *("/admin/mail/accounts", "/admin/mail/accounts/new", "/admin/mailboxes", "/admin/mailboxes/new"),
]
WIDE: tuple[Literal["light"], int] = ("light", 1440)
NARROW: tuple[Literal["dark"], int] = ("dark", 390)
MISSING = {"/nothing-here", "/agent/tickets/99999"}


def crawl(context: BrowserContext, made: LiveSite, axe: Axe, paths: list[str]) -> list[str]:
    """What is wrong with the pages, each in light and dark, wide and narrow."""
    wrong: list[str] = []
    page = context.new_page()
    page.on(
        "console",
        lambda line: wrong.append(f"{page.url}: {line.text[:200]}") if "Content Security" in line.text else None,
    )
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: foreign.append(request.url) if not request.url.startswith((made.url, "data:")) else None,
    )
    views: list[tuple[Literal["light", "dark"], int]] = [WIDE, NARROW]
    look_as(page, *WIDE)
    for path in paths:
        answer = page.goto(made.url + path)
        assert answer is not None
        if answer.status != (404 if path in MISSING else 200):
            wrong.append(f"{path}: {answer.status}")
        for scheme, width in views:
            look_as(page, scheme, width)
            wrong += [f"{path} {scheme} {width}: {found}" for found in axe(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{path} {width}: scrolls sideways")
            shoot(page, path, scheme, width)
        views.reverse()  # the next page comes up in the view that this one was left in
    page.close()
    return wrong + [f"asks another host: {url}" for url in foreign]


def look_as(page: Page, scheme: Literal["light", "dark"], width: int) -> None:
    """Take these colours and this width."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # else colours are judged while they fade
    page.set_viewport_size({"width": width, "height": 900})


def shoot(page: Page, path: str, scheme: str, width: int) -> None:
    """Keep a picture of the page if HOOKDESK_TEST_PICTURES names a folder."""
    folder = os.environ.get("HOOKDESK_TEST_PICTURES")
    if folder:
        name = re.sub(r"\W+", "-", path).strip("-") or "home"
        page.screenshot(path=Path(folder) / f"{name}-{scheme}-{width}.png")


def test_the_portal(browser: Browser, furnished: LiveSite, axe: Axe) -> None:
    """What visitors see."""
    context = browser.new_context()
    assert crawl(context, furnished, axe, PORTAL) == []
    context.close()


def test_what_requesters_see(browser: Browser, furnished: LiveSite, axe: Axe) -> None:
    """Their tickets and one of them, with a name and a subject that are longer than any line."""
    context = browser.new_context()
    context.new_page().goto(furnished.url + guest_path(furnished))
    assert crawl(context, furnished, axe, ["/tickets", "/tickets/10001", "/open"]) == []
    context.close()


def test_a_chosen_file_with_a_long_name(page: Page, furnished: LiveSite) -> None:
    """It is cut, and does not push the form out of the window."""
    page.goto(furnished.url + "/open")
    page.set_input_files(
        "[name=attachments]", {"name": "x" * 240 + ".pdf", "mimeType": "application/pdf", "buffer": b""}
    )
    assert page.locator("[data-file-list] li").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_desk(signed_in: BrowserContext, furnished: LiveSite, axe: Axe) -> None:
    """What agents see."""
    assert crawl(signed_in, furnished, axe, DESK) == []


def test_the_admin_panel(signed_in: BrowserContext, furnished: LiveSite, axe: Axe) -> None:
    """What administrators see."""
    assert crawl(signed_in, furnished, axe, ADMIN) == []


def test_a_press_anywhere_in_a_row_opens_the_ticket(signed_in: BrowserContext, furnished: LiveSite) -> None:
    """Not only on the subject; but the box selects, and does not open."""
    page = signed_in.new_page()
    page.goto(furnished.url + "/agent/")
    row = page.locator("tbody tr").filter(has_text="10000")
    row.get_by_role("checkbox").click()
    expect(row.get_by_role("checkbox")).to_be_checked()
    row.locator(".c-prio").click(force=True)  # by place: what receives the press is what is tested
    page.wait_for_url("**/agent/tickets/10000?*")
