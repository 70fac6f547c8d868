"""How often: each key has its own count, and so has each address that comes without a good one."""

from __future__ import annotations

from ipaddress import ip_network
from math import ceil
from time import time

from flask import Response, request
from flask_limiter import RequestLimit
from redis import RedisError

from hookdesk.api import limiter, site
from hookdesk_api_osticket import keys
from hookdesk_api_osticket.settings import Settings

WITHOUT_KEY = 30
"""Calls a minute from one address without a key that is good there: enough for a mistake, too few for guessing."""


def rate() -> str:
    """How often this request's key may call."""
    key = keys.current()
    if key is None:
        return f"{WITHOUT_KEY} per minute"
    return f"{key.calls_per_minute or site().settings.get('api_osticket', Settings).calls_per_minute} per minute"


def whose() -> str:
    """Who is counted."""
    key = keys.current()
    return f"key:{key.id}" if key else f"from:{_neighbourhood(request.remote_addr or '')}"


def _neighbourhood(address: str) -> str:
    """An address as it is counted: a whole /64 in IPv6, for that is what one household or server gets (RFC 6177)."""
    try:
        return str(ip_network((address, 64), strict=False)) if ":" in address else address
    except ValueError:
        return address


def too_many(_error: Exception) -> Response:
    """The answer to one call too many."""
    response = Response("Too many requests; try again later", 429, content_type="text/plain; charset=utf-8")
    if limiter.current_limit is not None:
        response.headers["Retry-After"] = str(_seconds(limiter.current_limit))
    return response


def tell(response: Response) -> Response:
    """`RateLimit-*` as the IETF's draft 03 names them: how many, how many are left, in how many seconds all are back."""
    present = limiter.current_limit
    if present is None:
        return response
    try:
        left, seconds = max(present.remaining, 0), _seconds(present)
    except RedisError:  # the call is done; only what is left of others cannot be told
        return response
    response.headers["RateLimit-Limit"] = str(present.limit.amount)
    response.headers["RateLimit-Remaining"] = str(left)
    response.headers["RateLimit-Reset"] = str(seconds)
    return response


def _seconds(present: RequestLimit) -> int:
    """Until the count begins anew."""
    return max(ceil(present.reset_at - time()), 0)
