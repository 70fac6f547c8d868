"""Chromium, driven by Playwright's client with the system's browser, and axe-core to judge pages by."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# No sandbox, for tests in CI run as root; the rest keeps Chromium from talking to anybody but the page's server.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, one for each xdist worker."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("Chromium is not installed: `apt-get install chromium` brings it.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile, English, 1280 × 900.

    What the page's scripts throw and what its Content-Security-Policy blocks fails the test at its end.
    """
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    opened.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Call it with a page: what axe-core finds against WCAG 2.2 A and AA, one line a finding, empty where all is well."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: `make assets` brings it.")
    source = AXE.read_text(encoding="utf-8")
    # Of what is well nothing is asked or sent: telling it takes longer than finding it.
    chosen = json.dumps({"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]})

    def find(page: Page) -> list[str]:
        # Playwright evaluates over the debugger's line, so the page's policy on scripts stays as strict as it is.
        if not page.evaluate("'axe' in window"):
            page.evaluate(f"() => {{ {source} }}")
        violations: list[dict[str, Any]] = page.evaluate(f"async () => (await axe.run(document, {chosen})).violations")
        return [
            f"{found['id']}: {found['help']} at {node['target'][0]}" for found in violations for node in found["nodes"]
        ]

    return find
