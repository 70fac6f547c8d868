"""Who calls: a key is found by its prefix, proved by its hash, and counts only from its own addresses."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import g, request
from sqlalchemy import select

from hookdesk.api import network_holds, reading
from hookdesk_api_osticket.models import ApiKey
from hookdesk_api_osticket.problems import ApiProblem

PREFIX = 8
SECRET_BYTES = 20
"""40 hexadecimal digits: 8 to find the key by, and 128 bits that nobody guesses; so a fast hash is enough."""
_NOBODY = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
_G = "api_osticket_key"


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may be used from where this request comes."""

    id: int
    name: str
    scopes: frozenset[str]
    calls_per_minute: int | None
    last_used_at: datetime | None


def new_secret() -> str:
    """A new key, written as osTicket writes its own."""
    return secrets.token_hex(SECRET_BYTES).upper()


def digest(secret: str) -> str:
    """The hash that is kept of a key."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def current() -> Key | None:
    """The key of this request, if it is active, right and at home; looked up once."""
    if not hasattr(g, _G):
        setattr(g, _G, _find(request.headers.get("X-API-Key", ""), request.remote_addr or ""))
    found: Key | None = getattr(g, _G)
    return found


def demand(scope: str) -> Key:
    """The key of this request, which must have a scope.

    Raises:
        ApiProblem: 401, in osTicket's words.
    """
    key = current()
    challenge = {"WWW-Authenticate": 'ApiKey realm="X-API-Key"'}
    if key is None:
        given = request.headers.get("X-API-Key", "")
        words = "API key not found/active or source IP not authorized" if given else "Valid API key required"
        raise ApiProblem(401, words, challenge)
    if scope not in key.scopes:
        raise ApiProblem(401, "API key not authorized", challenge)
    return key


def _find(secret: str, address: str) -> Key | None:
    """The usable key; what is wrong with one that is not, no answer and no time tells."""
    row = reading().scalars(select(ApiKey).where(ApiKey.prefix == secret[:PREFIX])).first()
    is_right = hmac.compare_digest(digest(secret), row.secret_sha256 if row else _NOBODY)
    if row is None or not is_right or not row.is_active or not network_holds(tuple(row.networks), address):
        return None
    held = {"tickets": row.may_create_tickets, "cron": row.may_run_cron}
    scopes = frozenset(name for name, has in held.items() if has)
    return Key(row.id, row.name, scopes, row.calls_per_minute, row.last_used_at)
