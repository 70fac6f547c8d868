"""What plugins add to pages: navigation, slots' content, settings pages, assets, ticket actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link in a navigation area: "portal", "desk.rail", "desk.sidebar", "admin".

    `group` heads a block of items; in "admin" it is People, Intake, Work, Messages, Plugins and themes, or System, by these English names,
    which are translated when shown. `order` counts inside the group. `permission` hides it from whoever lacks it ("" shows it to everybody
    who reaches the area, "admin" to administrators). `count` is a small number behind the label ("10k+" where counting stopped), or None.
    `level` is the depth below other items, 1 at the top.
    """

    area: str
    label: str
    endpoint: str
    args: Mapping[str, Any] = field(default_factory=dict)
    icon: str = ""
    group: str = ""
    order: int = 100
    permission: str = ""
    count: int | str | None = None
    key: str = ""
    level: int = 1


@dataclass(slots=True)
class NavLink:
    """A navigation item as a page shows it: `active` where it leads to this page, `plugin` is whose it is."""

    label: str
    url: str
    icon: str
    count: int | str | None
    key: str
    level: int
    group: str
    active: bool
    plugin: str


@dataclass(frozen=True, slots=True)
class PageAssets:
    """Own stylesheets and scripts of a plugin, by file name below its `static/`, for one face ("portal", "desk", "admin") or all ("")."""

    css: tuple[str, ...] = ()
    js: tuple[str, ...] = ()
    face: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A named place in a page where plugins add content. `args` names what they are given."""

    name: str
    args: tuple[str, ...]
    doc: str


@dataclass(frozen=True, slots=True)
class SlotContent:
    """A template of the plugin (`<slug>/…html`) and its variables; rendered inside the slot, autoescaped."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100


@dataclass(frozen=True, slots=True)
class FormPart:
    """Further fields inside a form for a new ticket: a template of the plugin (`<slug>/…html`), its variables, and what was sent.

    `problems` are (id of the control, its label, what is wrong). `fields` go into the message's `fields` and are JSON; `files` are hashes
    of stored bytes that they refer to.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[tuple[str, str, str], ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True, slots=True)
class TicketAction:
    """A button on the ticket page: posts to `endpoint` with `args` (and `ticket number`)."""

    label: str
    endpoint: str
    icon: str = ""
    permission: str = ""
    confirm: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """Something that the command palette leads to: a label, what tells it from others (`hint`), and its address.

    Items stand below their `group`, the lowest `order` first: tickets 0-99, people 100-199, other things 200-499, pages from 500.
    """

    label: str
    url: str
    group: str
    icon: str = ""
    hint: str = ""
    order: int = 200


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """A page of settings in the admin panel beyond the one generated from `settings_type`."""

    label: str
    endpoint: str
    group: str = "System"


@dataclass(frozen=True, slots=True)
class Health:
    """One line of the health page: state is "ok", "warning" or "error"; `detail` says what to do if it is not ok."""

    name: str
    state: str
    detail: str = ""
