"""This site as passkeys know it: the relying party of WebAuthn. It follows the site's configured address, never the request's."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from hookdesk.api import CoreSettings, site


def domain() -> str:
    """The host name that passkeys are bound to."""
    return (urlsplit(site().config.base_url).hostname or "").lower()


def origin() -> str:
    """Scheme, host and port that a browser states."""
    parts = urlsplit(site().config.base_url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def name() -> str:
    """What the browser shows."""
    return site().settings.get("core", CoreSettings).site_name


def is_usable() -> bool:
    """Whether browsers make passkeys for this address: it needs a name, no IP address, and HTTPS unless it is this machine."""
    try:
        ipaddress.ip_address(domain())
    except ValueError:
        return domain() == "localhost" or origin().startswith("https:")
    return False


def handle(user_id: int) -> bytes:
    """What an authenticator keeps to name the user: says nothing about them, and nobody else can make it (WebAuthn §14.6.1)."""
    return site().keys.sign("passkeys", str(user_id), 52).encode()
