"""The plugin: on a demo site, everybody sees that it is one, and how to sign in."""

from __future__ import annotations

from hookdesk.api import NoSettings, Plugin


class Demo(Plugin[NoSettings]):
    """Demo data

    Says on each page that the people and tickets of this site are made up, and on the sign-in page who may sign in.
    """

    starts_off = ("it belongs on demo sites alone",)
