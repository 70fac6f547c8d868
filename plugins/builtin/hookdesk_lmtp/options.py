"""What is set for one listener."""

from __future__ import annotations

from dataclasses import dataclass

from hookdesk_lmtp.places import Place


@dataclass(frozen=True, slots=True)
class Options:
    """How one listener works. `size` is in bytes, `timeout` in seconds, `clients` are networks."""

    place: Place
    is_local: bool
    clients: tuple[str, ...]
    only_ours: bool
    size: int
    connections: int
    timeout: int
    certificate: str = ""
    require_tls: bool = False
