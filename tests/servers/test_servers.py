"""The servers that the other tests stand on do what those tests take for granted."""

from __future__ import annotations

import smtplib
import ssl

import pytest
from playwright.sync_api import Page
from redis import Redis
from sqlalchemy import create_engine, text

from tests.servers.smtp import SmtpServer

MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: hello\r\n\r\nbyte for byte: \xff\x00\r\n"


@pytest.mark.postgres
def test_each_fresh_database_is_empty_and_its_own(postgres_url: str, fresh_postgres_url: str) -> None:
    for url in (postgres_url, fresh_postgres_url):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE only_here (id int)"))
            assert connection.scalar(text("SELECT count(*) FROM only_here")) == 0
        engine.dispose()


def test_redis_is_empty_at_the_start(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_redis_is_empty_again(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_smtp_keeps_the_bytes_and_refuses_on_request(smtp_server: SmtpServer) -> None:
    smtp_server.refuse("451 4.3.0 Busy")
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            client.sendmail("a@example.org", ["b@example.org"], MAIL)
        client.sendmail("a@example.org", ["b@example.org"], MAIL)
    (received,) = smtp_server.wait_for(1)
    assert received.raw == MAIL
    assert received.recipients == ("b@example.org",)
    assert received.message["Subject"] == "hello"
    assert (received.tls, received.login) == (False, None)


def test_smtp_with_tls_takes_nothing_before_the_login(smtp_tls_server: SmtpServer) -> None:
    context = ssl.create_default_context(cafile=str(smtp_tls_server.certificate))
    with smtplib.SMTP(smtp_tls_server.host, smtp_tls_server.port) as client:
        with pytest.raises(smtplib.SMTPResponseException, match="530"):
            client.sendmail("a@example.org", ["b@example.org"], MAIL)
        client.starttls(context=context)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(smtp_tls_server.user, "wrong")
        client.login(smtp_tls_server.user, smtp_tls_server.password)
        client.sendmail("a@example.org", ["b@example.org"], MAIL)
    (received,) = smtp_tls_server.wait_for(1)
    assert (received.tls, received.login) == (True, "hookdesk")


@pytest.mark.browser
def test_axe_finds_what_is_wrong_with_a_page(page: Page, axe: object) -> None:
    assert callable(axe)
    page.set_content("<!doctype html><html lang=en><title>A page</title><main><h1>Hello</h1></main></html>")
    assert axe(page) == []
    page.set_content("<!doctype html><html lang=en><title>A page</title><main><h1>Hello</h1><input></main></html>")
    assert any(line.startswith("label") for line in axe(page))
