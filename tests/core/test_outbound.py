"""What somebody enters for the site to open leads to the internet, and nowhere behind the site's own walls."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.servers.smtp import self_signed

from hookdesk.outbound import NoAnswer, NotPublic, Target, fetch, is_public, post, target

Names = Callable[..., None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """`names(host="192.0.2.1", …)`: what the name server knows; everything else is unknown."""
    known: dict[str, list[str]] = {}

    asked_for_real = socket.getaddrinfo

    def resolve(host: str, port: int, *given: Any, **named: Any) -> Any:
        if host == "127.0.0.1":  # what a connection asks: no name
            return asked_for_real(host, port, *given, **named)
        if host not in known:
            raise socket.gaierror("unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return lambda **given: known.update({host.replace("_", "."): list(found) for host, found in given.items()})


def test_a_public_host_is_told_with_the_addresses_to_connect_to(names: Names) -> None:
    names(hooks_example_org=["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "93.184.215.14"])
    found = target("https://hooks.example.org/x?y")
    assert found == Target(
        "https", "hooks.example.org", 443, "/x?y", ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    )
    assert target("http://HOOKS.example.org:8080/").port == 8080


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "224.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "2002:7f00:1::",
        "64:ff9b::a00:1", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)  # fmt: skip
def test_what_only_the_site_reaches_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_one_address_behind_the_walls_spoils_the_host(names: Names) -> None:
    names(both_example=["93.184.215.14", "10.0.0.5"], inside_example=["10.0.0.5"])
    for host in ("both.example", "inside.example"):
        with pytest.raises(NotPublic, match="no public address"):
            target(f"https://{host}/")
    assert target("https://inside.example/", allowed=("10.0.0.0/24",)).addresses == ("10.0.0.5",)


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.org", "//hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd", "gopher://x/", "http://",
        "https://user:word@hooks.example.org/", "http://[::1", "http://hooks.example.org:99999/", "http://nowhere.example/",
        "http://" + "x" * 70 + ".example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_url_or_leads_nowhere_is_refused(names: Names, url: str) -> None:
    names(hooks_example_org=["93.184.215.14"])
    with pytest.raises(NotPublic):
        target(url)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost", "[::ffff:7f00:1]"])
def test_other_ways_to_write_this_machine_are_seen_through(host: str) -> None:
    with pytest.raises(NotPublic):
        target(f"http://{host}/")


ANSWERS = {
    "/feed": (200, {"Content-Type": "text/calendar; charset=utf-8"}, b"BEGIN:VCALENDAR"),
    "/gone": (404, {}, b"not here"),
    "/on": (302, {"Location": "/feed"}, b"elsewhere"),
    "/inside": (302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b""),
    "/file": (302, {"Location": "file:///etc/passwd"}, b""),
    "/round": (302, {"Location": "/round"}, b""),
    "/long": (200, {}, b"x" * 5000),
}
HERE = ("127.0.0.0/8",)


class Site(BaseHTTPRequestHandler):
    """Answers as listed; `/slow` sends a byte now and then, and never ends."""

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.server.is_ending.wait(0.02):  # type: ignore[attr-defined]  # set by the fixture
                self.wfile.write(b"x")
            return
        status, headers, body = ANSWERS[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers, _body = ANSWERS[self.path]
        self.send_response(status)
        for name, value in {**headers, "Content-Type": self.headers["Content-Type"]}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@pytest.fixture
def served() -> Iterator[HTTPServer]:
    """A web server of this machine."""
    server = HTTPServer(("127.0.0.1", 0), Site)
    server.is_ending = threading.Event()  # type: ignore[attr-defined]  # told to the handler
    server.handle_error = lambda *_given: None  # type: ignore[method-assign]  # a client that hangs up is what is tested
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.is_ending.set()  # type: ignore[attr-defined]  # as above
    server.shutdown()
    server.server_close()
    thread.join()


def at(server: HTTPServer, path: str, scheme: str = "http", host: str = "127.0.0.1") -> str:
    """A URL of that server."""
    return f"{scheme}://{host}:{server.server_address[1]}{path}"


def test_what_stands_at_a_url_is_read(served: HTTPServer) -> None:
    answer = fetch(at(served, "/feed"), allowed=HERE)
    assert (answer.status, answer.content_type, answer.body) == (200, "text/calendar", b"BEGIN:VCALENDAR")
    assert fetch(at(served, "/gone"), allowed=HERE).status == 404
    assert fetch(at(served, "/on"), allowed=HERE).url == at(served, "/feed")


def test_a_form_is_sent_and_never_onward(served: HTTPServer) -> None:
    answer = post(at(served, "/gone"), b"code=1%2F2", allowed=HERE)
    assert (answer.status, answer.content_type, answer.body) == (
        404,
        "application/x-www-form-urlencoded",
        b"code=1%2F2",
    )
    with pytest.raises(NoAnswer, match="leads elsewhere"):
        post(at(served, "/on"), b"code=1", allowed=HERE)
    with pytest.raises(NotPublic):
        post(at(served, "/gone"), b"code=1")
    with pytest.raises(NoAnswer, match="longer than 5 bytes"):
        post(at(served, "/gone"), b"code=1", allowed=HERE, most_bytes=5)


def test_this_machine_is_not_reached_unless_it_is_allowed(served: HTTPServer) -> None:
    with pytest.raises(NotPublic):
        fetch(at(served, "/feed"))


@pytest.mark.parametrize("path", ["/inside", "/file"])
def test_a_redirect_is_looked_at_as_the_first_url_was(served: HTTPServer, path: str) -> None:
    with pytest.raises(NotPublic):
        fetch(at(served, path), allowed=HERE)


@pytest.mark.parametrize(
    ("path", "words"), [("/round", "redirects"), ("/long", "longer than 4000 bytes"), ("/slow", "took too long")]
)
def test_an_answer_without_end_is_given_up(served: HTTPServer, path: str, words: str) -> None:
    with pytest.raises(NoAnswer, match=words):
        fetch(at(served, path), allowed=HERE, most_bytes=4000, seconds=0.3 if path == "/slow" else 10)


def test_the_connection_goes_to_an_address_that_was_looked_at(served: HTTPServer, names: Names) -> None:
    names(feeds_example=["127.0.0.1"])
    assert fetch(at(served, "/feed", host="feeds.example"), allowed=HERE).status == 200


def test_a_certificate_is_checked_against_the_name(
    served: HTTPServer, names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path / "localhost.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    served.socket = context.wrap_socket(served.socket, server_side=True)
    names(localhost=["127.0.0.1"], other_example=["127.0.0.1"])
    with pytest.raises(NoAnswer, match="self-signed"):
        fetch(at(served, "/feed", "https", "localhost"), allowed=HERE)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetch(at(served, "/feed", "https", "localhost"), allowed=HERE).status == 200
    with pytest.raises(NoAnswer, match="mismatch"):
        fetch(at(served, "/feed", "https", "other.example"), allowed=HERE)
