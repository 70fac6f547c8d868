"""The plugin: tokens for whoever signs in to a mail server, and the pages where an administrator lets the site in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import AccessToken, Actor, Health, Job, NavItem, PageAssets, Plugin, asked_for, hookimpl
from hookdesk_mail_oauth import renewing, services, states
from hookdesk_mail_oauth.settings import Settings
from hookdesk_mail_oauth.views import bp


class MailOauth(Plugin[Settings]):
    """Sign-in to mail providers

    Opens mailboxes at Microsoft 365, Google and others that take tokens in the place of passwords (OAuth 2.0), and keeps the tokens fresh.
    """

    settings_type = Settings

    @hookimpl
    def access_token_choices(self) -> Sequence[tuple[str, str]]:
        """The connections."""
        return services.choices()

    @hookimpl
    def access_token(self, ref: str, renew: bool) -> AccessToken | None:
        """The token of a connection."""
        connection_id = services.id_of(ref)
        return renewing.token_of(connection_id, self.settings.networks, renew=renew) if connection_id else None

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """What keeps an unused connection from lapsing."""
        told = _l("Renew sign-ins to mail providers that nobody has used for a day")
        return [
            Job("mail_oauth.keep_alive", lambda: renewing.keep_alive(self.settings.networks), timedelta(hours=1), told)
        ]

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """Whether tokens can be had."""
        return states.health()

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("mail_oauth.css",), face="admin")]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line among the messages."""
        label = _("Sign-in to mail providers")
        return [NavItem(area, label, "mail_oauth.index", icon="key", group="Messages", order=440, permission="admin")]
