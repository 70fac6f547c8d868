"""The plugin: on a demo site, everybody sees that it is one, and how to sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import Actor, NoSettings, Plugin, SlotContent, asked_for, hookimpl
from hookdesk_demo.company import PASSWORD

LOGINS = ("ines", "yusuf", "sofia", "henrik", "mei")


class Demo(Plugin[NoSettings]):
    """Demo data

    Says on each page that the people and tickets of this site are made up, and on the sign-in page who may sign in.
    """

    depends = ("topics", "filters", "forms", "email_out", "canned")
    starts_off = ("it belongs on demo sites alone",)

    @hookimpl
    @asked_for(slot=["signin.agent", "portal.foot"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """A line at the foot of the portal, and the demo's agents where one signs in."""
        if slot == "signin.agent":
            return [SlotContent("demo/signin.html", {"logins": LOGINS, "password": PASSWORD})]
        return [SlotContent("demo/foot.html")] if slot == "portal.foot" else []
