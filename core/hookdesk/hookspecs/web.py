"""Hooks for pages, jobs, the command line and backends: what a plugin adds to the running site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hookdesk.hookspecs.spec import Shape, When, spec
from hookdesk.types.actors import Actor
from hookdesk.types.events import Event
from hookdesk.types.jobs import Job
from hookdesk.types.web import FormPart, Health, NavItem, PageAssets, SettingsPage, Slot, SlotContent

if TYPE_CHECKING:
    from click import Command
    from flask import Blueprint

    from hookdesk.types.backends import SearchBackend, StorageBackend
    from hookdesk.types.criteria import Field


class WebHooks:
    """Pages: blueprints, navigation, assets, slots, settings pages."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def blueprints(self) -> Sequence[Blueprint] | None:
        """Flask blueprints, named like the plugin's slug. Each view states who may use it with a decorator of `hookdesk.api`."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def nav_items(self, *, actor: Actor, area: str) -> Sequence[NavItem] | None:
        """Links for a navigation area: "portal", "desk.rail", "desk.sidebar", "admin" or "account" (the person's own menu)."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def page_assets(self) -> Sequence[PageAssets] | None:
        """Own stylesheets and scripts."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def slots(self) -> Sequence[Slot] | None:
        """Slots that this plugin's pages declare."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def template_slot(self, *, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent] | None:
        """Content for a named slot; see the list of slots for the arguments of each."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def ticket_form_parts(self, *, actor: Actor, topic: str, stage: str) -> Sequence[FormPart] | None:
        """Further fields of the portal's and the desk's form for a new ticket with this topic ("" for none).

        `stage` is "shown" (a new form), "swapped" (another topic was chosen: `flask.request` holds what was filled in so far, to be kept
        and not judged) or "sent" (it is judged: a part with problems keeps the ticket from being made).
        """

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def settings_pages(self) -> Sequence[SettingsPage] | None:
        """Pages of settings in the admin panel beyond the generated form."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def reference_uses(self, *, ref: str) -> Sequence[tuple[str, str]] | None:
        """What of this plugin's refers to something, for administrators: (name, address of its page).

        `ref` is a plugin's reference ("topics:3", "numbers:1") or a row of core's: "status:2", "priority:1", "department:4", "team:5",
        "agent:6"; or a field of conditions by its name, as in "field:colour".
        """


class RunningHooks:
    """Running: jobs, commands, health, backends, condition fields."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def scheduled_jobs(self) -> Sequence[Job] | None:
        """Jobs that run on a schedule and may be woken by name."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def cli_commands(self) -> Sequence[Command] | None:
        """Commands below `hookdesk <slug>`; a group among them can be called by its own name as well: `hookdesk <group> <command>`."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def companion_commands(self) -> Sequence[str] | None:
        """Commands of `hookdesk`, with their words as in a shell, that `hookdesk serve` keeps running beside the site.

        It is asked once more when plugins were switched or settings changed. What is named no more gets SIGTERM.
        """

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def health_checks(self) -> Sequence[Health] | None:
        """Lines of the health page and of `/health`."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def storage_backends(self) -> Sequence[StorageBackend] | None:
        """Where attachments' bytes can be kept, by backend name."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def search_backends(self) -> Sequence[SearchBackend] | None:
        """Full-text search over tickets; the first one that fits the database is used."""

    @spec(Shape.COLLECT, when=When.BUILD, since="0.1")
    def criteria_fields(self) -> Sequence[Field] | None:
        """Fields that conditions may name, with their type, operators and SQL column."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def configuration_changed(self, *, event: Event) -> None:
        """The site was set up differently. `event.data`: actor, agent_id, act, kind, name, changes (field → [before, after], no secret)."""
