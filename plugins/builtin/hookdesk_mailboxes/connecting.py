"""From a mailbox's row to a connection that is signed in."""

from __future__ import annotations

from datetime import datetime

from hookdesk.api import AccessToken, Refusal, site, tokens
from hookdesk_mailboxes.hookspecs import MailboxHooks
from hookdesk_mailboxes.models import Mailbox
from hookdesk_mailboxes.problems import problem_of
from hookdesk_mailboxes.protocols import Account, Connection, FetchProblem, MailboxProtocol


def protocols() -> dict[str, MailboxProtocol]:
    """The protocols that there are, by name."""
    return {one.name: one for one in site().hooks.collect(MailboxHooks.mailbox_protocols)}


def protocol_of(name: str) -> MailboxProtocol:
    """A protocol by its name.

    Raises:
        FetchProblem: its plugin is off.
    """
    found = protocols().get(name)
    if found is None:
        raise FetchProblem("protocol", name)
    return found


def password_of(mailbox: Mailbox) -> str:
    """The password in the clear."""
    return site().keys.decrypt(mailbox.password) if mailbox.password else ""


def connect(mailbox: Mailbox) -> tuple[Connection, datetime | None]:
    """A connection, and when the token ends that it signed in with. It waits for the server: never within a transaction.

    Raises:
        FetchProblem: there is no way in at the moment.
    """
    protocol = protocol_of(mailbox.protocol)
    if not mailbox.token_ref:
        return _opened(protocol, mailbox, password_of(mailbox), None), None
    token = _token(mailbox.token_ref, renew=False)
    try:
        return _opened(protocol, mailbox, "", token), token.expires_at
    except FetchProblem as problem:
        if problem.kind != "login":
            raise
    token = _token(mailbox.token_ref, renew=True)
    try:
        return _opened(protocol, mailbox, "", token), token.expires_at
    except FetchProblem as problem:
        raise FetchProblem("token_refused", problem.detail) if problem.kind == "login" else problem from problem


def _opened(protocol: MailboxProtocol, mailbox: Mailbox, password: str, token: AccessToken | None) -> Connection:
    """One attempt."""
    user = mailbox.username or mailbox.address
    account = Account(mailbox.host, mailbox.port, mailbox.security, user, password, token)
    try:
        return protocol.open(account)
    except (
        Exception
    ) as error:  # whatever a protocol's library raises is a state of the mailbox, and must not end the worker
        raise problem_of(error) from error


def _token(ref: str, *, renew: bool) -> AccessToken:
    try:
        return tokens.access_token(ref, renew=renew)
    except Refusal as refusal:
        raise FetchProblem("token", str(refusal)) from refusal
