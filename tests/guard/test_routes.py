"""Every route says who may use it; what is open to everybody, or takes a form without a token, is listed here with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from hookdesk.api import Actor
from hookdesk.testing import Client
from hookdesk.web.guard import ATTRIBUTE

pytestmark = pytest.mark.plugins("*")

FACTOR = "signing in; needs a first factor that was accepted"
PUBLIC: Mapping[str, str] = {
    # core
    "core.front": "the first page of a site without a portal",
    "core.health": "for whoever watches the site; says nothing about its contents to strangers",
    "core.theme_file": "stylesheets and the like",
    "core.plugin_file": "stylesheets and the like",
    "core.attachment": "asks the guard for the attachment's ticket",
    "core.agent_attachment": "asks the guard for the attachment's ticket",
    "core.agent_login": "signing in",
    "core.agent_login_post": "signing in",
    "core.sign_in_factor": FACTOR,
    "core.signed_in": "signing in; leads on who is",
    "core.stop_viewing": "looking through one's own eyes again, whichever face they were borrowed for",
    # auth_password
    "auth_password.reset_request": "who has lost the password has no session",
    "auth_password.reset_request_post": "who has lost the password has no session",
    "auth_password.reset_link": "the mailed token is the proof",
    "auth_password.reset": "the mailed token is the proof",
    "auth_password.reset_post": "the mailed token is the proof",
    # second factors
    "totp.code": FACTOR,
    "totp.code_post": FACTOR,
    "email_code.code": FACTOR,
    "email_code.code_post": FACTOR,
    "email_code.code_send": FACTOR,
    "recovery_codes.code": FACTOR,
    "recovery_codes.code_post": FACTOR,
    "passkeys.second": FACTOR,
    "passkeys.second_options": FACTOR,
    "passkeys.second_post": FACTOR,
    "passkeys.first": "the passkey is the proof",
    "passkeys.first_options": "what the passkey is to sign",
    # api_osticket
    "api_osticket.document": "what programs may ask for; holds nothing that is not in the source",
    # accounts
    "accounts.sign_in": "signing in",
    "accounts.sign_in_post": "signing in",
    "accounts.sign_up": "asks for a mailed link; answers the same whatever there is",
    "accounts.forgot": "asks for a mailed link; answers the same whatever there is",
    "accounts.link": "the mailed token is the proof",
    "accounts.choose": "the mailed token is the proof",
    "accounts.choose_post": "the mailed token is the proof",
    # forms
    "forms.items": "names to choose from in the form for a new ticket, of lists that it offers",
    # email_out
    "email_out.file": "the mailed token names the recipient, for whom the guard is asked",
    "email_out.leave": "a page of words",
    # portal
    "kb.home": "articles that the plugin's own guard shows to anybody, or leads to the sign-in",
    "kb.category": "the same",
    "kb.short": "the same",
    "kb.article": "the same",
    "kb.results": "the same, by words",
    "kb.suggest": "the same, while one types",
    "kb.answers": "the same, for a subject",
    "kb.answer": "the same, one of them",
    "kb.counted": "counts, and keeps nothing of who",
    "kb.solved": "counts, and leads to a page",
    "kb.glad": "a page of words",
    "kb.seen": "counts, and keeps nothing of who",
    "kb.vote": "one answer a browser; whoever may read may say",
    "kb.file": "asks the guard of articles",
    "kb.agent_file": "the same, at the agents' face",
    "kb.sitemap": "what guests may read",
    "portal.home": "two doors",
    "portal.open_form": "anybody may write to us",
    "portal.open_fields": "the same form, with the fields of another topic",
    "portal.sent": "what this browser sent; the cookie says which",
    "portal.check": "asks for a mailed link; answers the same whatever there is",
    "portal.follow": "the mailed token is the proof",
    "portal.answer": "asks the guard; public so that an expired link does not lose what was written",
}
"""Endpoint → why it is open to everybody. A new one needs a reason that a reviewer believes."""

WITHOUT_TOKEN: Mapping[str, str] = {
    "api_osticket.create": "for programs: the key in its header is the proof, cookies count for nothing",
    "api_osticket.cron": "for programs: the key in its header is the proof, cookies count for nothing",
    "email_out.leave_post": "mail programs send it (RFC 8058): the mailed token is the proof; it ends mail, and opens nothing",
}
"""Endpoint → why it takes what is sent without our form's token. Whatever a browser's cookie can authorise has no place here."""

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def rules(app: Flask) -> Iterator[Rule]:
    """Every route but Flask's own for static files, which have no folder."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            yield rule


def an_address(app: Flask, rule: Rule) -> str:
    """An address that leads to this rule, its arguments made up."""
    made: dict[str, object] = {}
    for name, converter in rule._converters.items():
        words = getattr(converter, "items", None)
        made[name] = sorted(words)[0] if words else 999_999 if isinstance(converter, IntegerConverter) else "x"
    return str(app.url_map.bind("localhost").build(rule.endpoint, {**made, **(rule.defaults or {})}))


def test_every_route_says_who_may_use_it(hookdesk_app: Flask) -> None:
    """A view that does not is closed; here it also fails."""
    silent = [
        str(rule) for rule in rules(hookdesk_app) if not hasattr(hookdesk_app.view_functions[rule.endpoint], ATTRIBUTE)
    ]
    assert silent == []


def test_what_is_open_to_everybody_is_listed_with_its_reason(hookdesk_app: Flask) -> None:
    """And nothing is listed that is gone or closed by now."""
    endpoints = {rule.endpoint for rule in rules(hookdesk_app)}
    public = {name for name in endpoints if getattr(hookdesk_app.view_functions[name], ATTRIBUTE).kind == "public"}
    assert public - set(PUBLIC) == set()
    here = {name for name in PUBLIC if name.partition(".")[0] in hookdesk_app.blueprints}
    assert here - public == set()


def test_desk_and_admin_panel_are_for_agents_and_administrators(hookdesk_app: Flask) -> None:
    """An address below /admin is for administrators or needs a named permission; none below /agent is for requesters."""
    wrong = []
    for rule in rules(hookdesk_app):
        access = getattr(hookdesk_app.view_functions[rule.endpoint], ATTRIBUTE)
        face = rule.rule.split("/")[1]
        is_admin = access.kind == "admin" or (access.kind == "agent" and access.permission)
        if (face == "admin" and not is_admin) or (face == "agent" and access.kind == "requester"):
            wrong.append(f"{rule} is for {access}")
    assert wrong == []


def test_nothing_takes_a_form_without_its_token(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    """Not even from an administrator's browser, which any other site can make send something."""
    hookdesk_client.sign_in(make_agent("root", is_admin=True))
    taken = set()
    for rule in rules(hookdesk_app):
        for method in sorted(UNSAFE & (rule.methods or set())):
            answer = hookdesk_client.open(an_address(hookdesk_app, rule), method=method, data={"name": "x"})
            if answer.status_code != 400 or "The form had expired or came from elsewhere" not in answer.text:
                taken.add(rule.endpoint)
    assert taken - set(WITHOUT_TOKEN) == set()


def test_strangers_reach_nothing_else(hookdesk_app: Flask, hookdesk_client: Client) -> None:
    """Whoever is not signed in is sent to sign in, whether there is such a ticket, record or person or not."""
    for rule in rules(hookdesk_app):
        if "GET" in (rule.methods or set()) and rule.endpoint not in PUBLIC:
            answer = hookdesk_client.get(an_address(hookdesk_app, rule))
            doors = ((302, "/agent/login"), (302, "/sign-in"), (302, "/check"))
            assert (answer.status_code, answer.location) in doors, str(rule)
