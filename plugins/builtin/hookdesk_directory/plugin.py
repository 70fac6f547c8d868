"""The plugin: users, organizations and the departments that one manages, in the desk."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, url_for
from flask_babel import gettext as _

from hookdesk.api import Actor, NavItem, NoSettings, PageAssets, PaletteItem, Plugin, Slot, asked_for, hookimpl
from hookdesk_directory import queries
from hookdesk_directory.views import bp

AREA = "directory.sidebar"
MOST_TYPED_IN_VAIN = 2
"""Fewer letters than this fit everybody."""


class Directory(Plugin[NoSettings]):
    """Directory

    Lets agents find their colleagues, look through users and organizations where they may, and see to the departments that they manage.
    """

    depends = ("desk",)
    uses = ("palette",)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """All pages below /agent/people."""
        return [bp]

    @hookimpl
    @asked_for(area=["directory.sidebar", "desk.rail"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """People in the rail, and the sidebar of its pages: each link for whom it leads somewhere."""
        if not actor.is_agent or area not in ("desk.rail", AREA):
            return []
        found = []
        if actor.may("user.directory"):
            found += [
                NavItem(AREA, _("Users"), "directory.users", icon="user", order=10),
                NavItem(AREA, _("Organizations"), "directory.organizations", icon="building", order=20),
            ]
        found.append(NavItem(AREA, _("Agents"), "directory.agents", icon="user", order=25))
        if actor.manages:
            found.append(NavItem(AREA, _("Your departments"), "directory.departments", icon="users", order=30))
        if area == AREA:
            return found
        return [NavItem(area, _("People"), found[0].endpoint, icon="users", order=20)]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the desk."""
        return [PageAssets(css=("directory.css",), face="desk")]

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add to these pages."""
        return [
            Slot(
                "directory.user",
                ("user",),
                "Sections of a user's page in the desk (`user` has an `id`): an account, for one.",
            ),
            Slot(
                "directory.organization",
                ("organization",),
                "Sections of an organization's page in the desk (`organization` has an `id`).",
            ),
            Slot(
                "department.manage",
                ("department",),
                "Sections of the page on which a manager sees to a department (`department` has an `id`): its queues, canned "
                "responses, SLA defaults. "
                "Who fills it asks `actor.manages` again when something is sent.",
            ),
        ]

    @hookimpl
    def palette_items(self, actor: Actor, query: str) -> Sequence[PaletteItem]:
        """Users whose name or address has what was typed, for agents who may look through them."""
        typed = query.removeprefix("@").strip()
        if query.startswith("#") or len(typed) < MOST_TYPED_IN_VAIN or not actor.may("user.directory"):
            return []
        return [
            PaletteItem(
                row.name, url_for("directory.user", user_id=row.id), _("People"), icon="user",
                hint=" · ".join(filter(None, (row.address, row.organization))), order=100,
            )
            for row in queries.users_like(typed)
        ]  # fmt: skip
