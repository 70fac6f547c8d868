"""From where agents may sign in."""

from __future__ import annotations

from flask import request
from flask_babel import gettext

from hookdesk import networks
from hookdesk.settings import CoreSettings
from hookdesk.site import site


def admits(face: str) -> bool:
    """Whether somebody may work at a face from where this request comes. In safe mode agents come from anywhere, so that a wrong list can
    be mended."""
    listed = site().settings.get("core", CoreSettings).agent_networks if face == "agent" else ()
    return not listed or site().config.safe_mode or networks.holds(listed, request.remote_addr or "")


def problem(face: str) -> str:
    """What somebody is told who cannot sign in from there; "" if they can."""
    if admits(face):
        return ""
    return str(gettext("Agents cannot sign in from here, but only from the networks that the administrator named."))
