"""From where agents may sign in."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from hookdesk.settings import CoreSettings
from hookdesk.site import site

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def admit(address: str) -> bool:
    """Whether an agent may come from there. In safe mode from anywhere, so that a wrong list can be mended."""
    listed = site().settings.get("core", CoreSettings).agent_networks
    return not listed or site().config.safe_mode or holds(listed, address)


def holds(listed: tuple[str, ...], address: str) -> bool:
    """Whether an address lies in one of the networks; what is no network holds nothing."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in _networks(listed))


def unreadable(listed: tuple[str, ...]) -> list[str]:
    """The lines that are no address and no network."""
    return [line for line in listed if _network(line) is None]


@lru_cache(maxsize=16)
def _networks(listed: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks of a list, parsed once."""
    return tuple(network for line in listed if (network := _network(line)) is not None)


def _network(line: str) -> Network | None:
    """One line as a network."""
    try:
        return ipaddress.ip_network(line.strip(), strict=False)
    except ValueError:
        return None
