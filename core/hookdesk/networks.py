"""Networks as an administrator lists them, one a line."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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
