"""The plugin: a challenge for the portal's public forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar

from flask import request
from flask_babel import lazy_gettext as _l

from hookdesk.api import Actor, Job, PageAssets, Plugin, hookimpl, setting
from hookdesk_portal.hookspecs import Challenge
from hookdesk_proof_of_work import puzzle, services


@dataclass(frozen=True)
class Settings:
    """How hard it is, and what is taken without."""

    version: ClassVar[int] = 1
    bits: int = setting(
        17,
        label=_l("Difficulty (bits)"),
        help=_l(
            "Each one more doubles the work. 17 takes a browser well below a second, an old telephone some seconds."
        ),
        minimum=8,
        maximum=24,
    )
    unsolved_an_hour: int = setting(
        3,
        label=_l("Messages an hour without it"),
        help=_l("From one network, for browsers without JavaScript. 0: none."),
        minimum=0,
        maximum=1000,
    )


class ProofOfWork(Plugin[Settings]):
    """Proof of work

    Lets the browser of whoever opens a ticket or signs up calculate for a moment, which costs machines that send thousands.
    """

    settings_type = Settings
    depends = ("portal",)
    uses = ("accounts",)
    starts_off = ("it is of use once machines fill in the forms",)

    @hookimpl
    def form_challenges(self, form: str, actor: Actor) -> Sequence[Challenge]:
        """One for everybody who is not signed in."""
        if actor.is_signed_in:
            return []
        most = self.settings.unsolved_an_hour
        check = partial(services.problem, form, address=request.remote_addr or "", unsolved_an_hour=most)
        return [Challenge("proof_of_work/snippet.html", check, {"challenge": puzzle.make(form, self.settings.bits)})]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """The script that starts the worker."""
        return [PageAssets(js=("proof.js",), face="portal")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Forget what was used."""
        doc = _l("Delete used challenges of the proof of work that are too old to come back.")
        return [Job("proof_of_work.clean_up", services.clean_up, timedelta(hours=1), doc)]
