"""The way through the provider's sign-in page and back: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636).

What must be there again on the way back (the state, the verifier, for which connection, of whom) travels in the browser's session, sealed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from secrets import compare_digest, token_urlsafe
from typing import Any

from flask_babel import gettext as _
from oauthlib.oauth2 import WebApplicationClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, absolute_url, clean_line, clock, log, reading, release, site, transact
from hookdesk_mail_oauth import presets, provider, renewing
from hookdesk_mail_oauth.models import Connection

TIME = timedelta(minutes=30)
"""How long somebody may take at the provider."""


class FlowProblem(Exception):
    """Nothing came of a sign-in; the message says why."""


def redirect_uri() -> str:
    """Where the provider sends people back to; it must be registered there, letter by letter."""
    return absolute_url("mail_oauth.callback")


def begin(connection_id: int, actor: Actor) -> tuple[str, str]:
    """The address of the provider's page, and what the browser's session must keep for the way back.

    Raises:
        LookupError: there is no such connection.
    """
    asked = select(
        Connection.provider, Connection.client_id, Connection.authorize_url, Connection.scope, Connection.user
    ).where(Connection.id == connection_id)
    row = reading().first(asked)
    if row is None:
        raise LookupError(f"there is no connection {connection_id}")
    client = WebApplicationClient(row.client_id)
    state, verifier = token_urlsafe(32), client.create_code_verifier(64)
    url = client.prepare_request_uri(
        row.authorize_url,
        redirect_uri=redirect_uri(),
        scope=row.scope,
        state=state,
        code_challenge=client.create_code_challenge(verifier, "S256"),
        code_challenge_method="S256",
        login_hint=row.user,
        **presets.asked(row.provider),
    )
    kept = {
        "connection": connection_id,
        "agent": actor.agent_id,
        "state": state,
        "verifier": verifier,
        "at": clock.now().timestamp(),
    }
    return url, site().keys.encrypt(json.dumps(kept))


def finish(kept: str, given: Mapping[str, str], actor: Actor, allowed: tuple[str, ...]) -> int:
    """What the provider sent back with the browser becomes tokens; the connection that has them.

    Raises:
        FlowProblem: it was not this browser that left, it took too long, or the provider refused; the message is for the page.
    """
    left = _left(kept, given, actor)
    connection_id = int(left["connection"])
    if error := given.get("error"):
        words = clean_line(f"{error}: {given.get('error_description', '')}".rstrip(": "))[: provider.LONGEST_ERROR]
        raise FlowProblem(_("The provider said: %(words)s", words=words))
    row = reading().first(select(Connection).where(Connection.id == connection_id))
    if row is None:
        raise FlowProblem(_("That sign-in was deleted meanwhile."))
    release()
    connection = row[0]
    secret = site().keys.decrypt(connection.client_secret) if connection.client_secret else None
    form = WebApplicationClient(connection.client_id).prepare_request_body(
        code=given.get("code", ""), redirect_uri=redirect_uri(), code_verifier=left["verifier"], client_secret=secret
    )
    try:
        tokens = provider.exchange(connection.token_url, form, allowed)
    except provider.ProviderProblem as problem:
        raise FlowProblem(_("The provider said: %(words)s", words=str(problem))) from problem
    if not tokens.refresh:
        raise FlowProblem(
            _("The provider gave no refresh token: allow “offline access” for the app there, then sign in again.")
        )
    _keep(connection_id, tokens, actor)
    return connection_id


def _left(kept: str, given: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    """What was sealed when the browser left, if it fits what came back."""
    left: dict[str, Any] = json.loads(site().keys.decrypt(kept)) if kept else {}
    is_ours = bool(left) and compare_digest(left["state"].encode(), given.get("state", "").encode())
    if not is_ours or left["agent"] != actor.agent_id:
        raise FlowProblem(_("This answer belongs to no sign-in that was begun in this browser. Begin it again."))
    if clock.now().timestamp() - left["at"] > TIME.total_seconds():
        raise FlowProblem(_("The sign-in took too long. Begin it again."))
    return left


def _keep(connection_id: int, tokens: provider.Tokens, actor: Actor) -> None:
    """Store the first tokens of a consent; a renewal that runs at the same time then stores nothing."""
    values = renewing.stored(tokens) | {"refresh_ends_at": tokens.refresh_ends_at}

    def work(session: Session) -> None:
        consented = {"consented_at": clock.now(), "consented_by": actor.name[:200], "leased_until": None}
        session.execute(
            update(Connection)
            .where(Connection.id == connection_id)
            .values(**values, **consented, version=Connection.version + 1)
        )
        name = session.scalar(select(Connection.name).where(Connection.id == connection_id)) or ""
        log.changed(
            session, actor, "mail sign-in", name, {}, words=f"{actor.name} signed in at the provider for {name}"
        )

    transact(work)
