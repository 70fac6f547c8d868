"""From where agents may sign in."""

from __future__ import annotations

from hookdesk import networks
from hookdesk.settings import CoreSettings
from hookdesk.site import site


def admit(address: str) -> bool:
    """Whether an agent may come from there. In safe mode from anywhere, so that a wrong list can be mended."""
    listed = site().settings.get("core", CoreSettings).agent_networks
    return not listed or site().config.safe_mode or networks.holds(listed, address)
