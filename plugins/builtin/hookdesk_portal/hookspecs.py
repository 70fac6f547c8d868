"""Hooks that this plugin declares, and what they answer with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hookdesk.api import Actor, Event, OnError, Shape, When, spec


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something to solve: a template of the plugin for the inside of the form with its variables, and who checks what comes back.

    `check` gets the form's fields and returns "" if all is well, else what to tell the person.
    """

    template: str
    check: Callable[[Mapping[str, str]], str]
    context: Mapping[str, Any] = field(default_factory=dict)


class PortalHooks:
    """The portal: what visitors ask for."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def ticket_link_requested(self, *, event: Event) -> None:
        """A visitor asked for a link to a ticket. `event.data`: number, address, as typed; neither may exist."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def form_challenges(self, *, form: str, actor: Actor) -> Sequence[Challenge] | None:
        """What has to be solved before a public form is taken: "open" (a new ticket) or "sign_up". Shown in the form, checked when it is
        sent."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def auth_opening_step(self, *, actor: Actor) -> str | None:
        """The endpoint where somebody is sent before they may open a ticket (to sign in, for one). None: they may."""
