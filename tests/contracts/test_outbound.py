"""Whatever opens connections is listed here, so that nobody reaches through the site what only the site can reach.

An address that somebody enters is opened by `hookdesk.outbound` alone (`core/test_outbound.py` holds it to public addresses).
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONNECT = {
    "aiohttp", "asyncio", "ftplib", "http.client", "httpx", "imapclient", "imaplib", "poplib", "pycurl", "requests", "smtplib", "socket",
    "urllib.request", "urllib3", "xmlrpc.client",
}  # fmt: skip
"""Modules that open connections."""
KNOWN = {
    "core/hookdesk/outbound.py": "what somebody entered: public addresses, or the networks that an administrator allowed",
    "core/hookdesk/jobs/lease.py": "asks for this machine's name",
    "core/hookdesk/server/listening.py": "listens",
    "core/hookdesk/server/valkey.py": "the site's own queue, at an address of the configuration",
    "plugins/builtin/hookdesk_email_out/sending.py": "talks over the connections of smtp.py",
    "plugins/builtin/hookdesk_email_out/trying.py": "the same, for a test mail",
    "plugins/builtin/hookdesk_email_out/smtp.py": "the mail servers of the accounts, which often stand inside; mail alone goes there",
    "plugins/builtin/hookdesk_imap/client.py": "the servers of mailboxes, which often stand inside; administrators alone name them",
    "plugins/builtin/hookdesk_mailboxes/problems.py": "knows the errors of connections, and makes none",
    "plugins/builtin/hookdesk_pop3/client.py": "as for IMAP",
    "plugins/builtin/hookdesk_lmtp/cli.py": "runs the listener",
    "plugins/builtin/hookdesk_lmtp/listener.py": "listens",
    "plugins/builtin/hookdesk_lmtp/places.py": "listens; asks whether somebody listens at its own socket",
    "plugins/builtin/hookdesk_lmtp/protocol.py": "asks for this machine's name",
    "plugins/builtin/hookdesk_lmtp/receiving.py": "waits for threads",
}


def imported(file: Path) -> set[str]:
    """The modules that a file imports, with each of the packages that they lie in."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return {
        ".".join(parts[: place + 1]) for parts in (name.split(".") for name in names) for place in range(len(parts))
    }


@pytest.mark.parametrize("root", ["core", "plugins", "themes"])
def test_whoever_opens_connections_is_listed_with_the_reason(root: str) -> None:
    files = (file for file in (ROOT / root).rglob("*.py") if "tests" not in file.parts)
    found = {str(file.relative_to(ROOT)) for file in files if imported(file) & CONNECT}
    assert found == {name for name in KNOWN if name.startswith(f"{root}/")}
