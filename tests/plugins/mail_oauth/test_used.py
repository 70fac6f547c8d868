"""A sign-in's page names the accounts that stop without it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import Actor, system
from hookdesk.testing import Client
from hookdesk_email_out.accounts import store
from hookdesk_mail_oauth import services
from hookdesk_mailboxes import services as mailboxes

pytestmark = pytest.mark.plugins("mail_oauth", "mailboxes", "email_out", "admin")


def test_accounts_that_use_a_sign_in_are_named_on_its_page(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    hookdesk_client.sign_in(make_agent("boss", "Bo Ss", is_admin=True))
    with hookdesk_app.app_context():
        used, spare = (
            services.save(
                system(),
                services.Values(
                    name, "google", "help@example.org", "abc", "https://a.example/", "https://b.example/", "mail"
                ),
            )
            for name in ("Used", "Spare")
        )
        ref = services.ref_of(used)
        store.save(system(), store.Values("Offers", "offers@example.org", token_ref=ref))
        mailboxes.save(
            system(), mailboxes.Values("orders@example.org", "imap", "mail.example", 993, "tls", token_ref=ref)
        )
    page = hookdesk_client.get(f"/admin/mail-sign-ins/{used}").get_data(as_text=True)
    assert "Used by:" in page
    assert ">Offers</a>" in page
    assert ">orders@example.org</a>" in page
    assert "Used by:" not in hookdesk_client.get(f"/admin/mail-sign-ins/{spare}").get_data(as_text=True)
