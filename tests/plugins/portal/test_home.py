"""The first page, and what every page of the portal keeps."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import ANONYMOUS, Ticket, site
from hookdesk.settings import CoreSettings
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("portal")


def test_two_doors(hookdesk_client: Client) -> None:
    page = hookdesk_client.get("/").text
    assert 'href="/open"' in page
    assert 'href="/check"' in page
    assert "What is it about?" not in page


@pytest.mark.plugins("portal", "topics")
def test_topics_lead_to_the_form_with_the_topic_chosen(hookdesk_client: Client) -> None:
    page = hookdesk_client.get("/").text
    links = re.findall(r'href="(/open\?topic=[^"]+)"', page)
    assert len(links) == 5
    assert 'name="topic" value="topics:2"' in hookdesk_client.get(links[1]).text


def test_words_of_the_admin_are_text(hookdesk_client: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"portal_intro": "<script>x</script> & tea"}, ANONYMOUS)
    page = hookdesk_client.get("/").text
    assert "&lt;script&gt;x&lt;/script&gt; &amp; tea" in page


def test_a_guest_is_led_to_the_ticket(make_ticket: Callable[..., Ticket], guest: Callable[[Ticket], Client]) -> None:
    page = guest(make_ticket()).get("/").text
    assert 'href="/tickets"' in page
    assert 'href="/check"' not in page


@pytest.mark.parametrize("path", ["/", "/open", "/check", "/open/sent", "/t/x"])
def test_pages_bring_no_inline_style_or_script(hookdesk_client: Client, path: str) -> None:
    page = hookdesk_client.get(path, follow_redirects=True)
    assert "style=" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
