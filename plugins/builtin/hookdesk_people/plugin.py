"""The plugin: pages of the admin panel, buttons on the pages of people, and the jobs behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from hookdesk.api import Actor, Job, NoSettings, PageAssets, Plugin, Slot, SlotContent, asked_for, hookimpl
from hookdesk_people import imports, leaving


class People(Plugin[NoSettings]):
    """Comings and goings

    Reads users and agents in from files, hands over what a leaving agent has, merges users, exports and erases what is kept about a person.
    """

    depends = ("admin",)
    uses = ("directory",)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        from hookdesk_people import views  # noqa: F401  # registers the views on the blueprint
        from hookdesk_people.blueprint import bp

        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("people.css",), face="admin")]

    @hookimpl
    @asked_for(
        slot=["admin.agents.actions", "admin.users.actions", "admin.agent.actions", "directory.user", "admin.user"]
    )
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Buttons on the pages of people."""
        if slot == "directory.user" and actor.may("user.delete") and args["user"].agent_id is None:
            return [SlotContent("people/delete_in_desk.html", {"user": args["user"]}, order=900)]
        if not actor.is_admin:
            return []
        if slot == "admin.agents.actions":
            return [SlotContent("people/agents_actions.html")]
        if slot == "admin.users.actions":
            return [SlotContent("people/users_actions.html")]
        if slot == "admin.agent.actions":
            return [SlotContent("people/agent_actions.html", {"agent": args["agent"]})]
        return (
            [SlotContent("people/user_after.html", {"user": args["user"]}, order=900)] if slot == "admin.user" else []
        )

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add to these pages."""
        told = "Items of the list of what goes over when the user `goes` becomes part of `stays` (both have an `id` and a `name`)."
        return [Slot("people.merge", ("stays", "goes"), told)]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Files are read in, and users go, outside of pages."""
        minute = timedelta(minutes=1)
        return [
            Job(imports.JOB, imports.run, minute, _l("Read in users and agents from files")),
            Job(leaving.JOB, leaving.see_off, minute, _l("Delete users whom every plugin has forgotten")),
        ]
