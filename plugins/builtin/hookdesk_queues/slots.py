"""What queues add to pages of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import Actor, SlotContent
from hookdesk_queues import services


def content(slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
    """The mark of a very important organization."""
    if slot == "directory.organization":
        organization = args["organization"]
        given = {"organization": organization, "is_vip": services.is_vip(organization.id)}
        return [SlotContent("queues/vip.html", given)]
    return []
