"""Second factors go with their person: a former agent who is erased has none, and who asks is told of them without a secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from hookdesk.api import Actor, Agent, clock, reading, transact
from hookdesk.testing import Client
from hookdesk_email_code.models import Mailed
from hookdesk_passkeys.models import Passkey
from hookdesk_people import records
from hookdesk_recovery_codes.models import Code
from hookdesk_totp.models import Secret
from hookdesk_two_factor.models import Asked

FACTORS = ("totp", "passkeys", "recovery_codes", "email_code")
pytestmark = [pytest.mark.plugins("two_factor", "people", *FACTORS), pytest.mark.requires("people", *FACTORS)]
MODELS: tuple[Any, ...] = (Asked, Secret, Passkey, Code, Mailed)
SECRET = "nobodyshallseethis"


@pytest.fixture
def ada(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> Actor:
    """A former agent with every kind of factor."""
    actor = make_agent("ada", "Ada Lovelace")
    now, whose = clock.now(), actor.user_id
    passkey = {"sign_count": 0, "can_sync": False, "is_synced": False, "name": "Blue key", "created_at": now}
    rows = [
        Asked(user_id=whose, since=now),
        Secret(user_id=whose, secret=SECRET, last_step=0, created_at=now),
        Passkey(user_id=whose, credential_id=SECRET, public_key=SECRET, **passkey),
        Code(hash=SECRET, user_id=whose),
        Mailed(user_id=whose, since=now, hash=SECRET, expires_at=now, tries=0),
    ]
    with hookdesk_app.app_context():
        transact(lambda session: session.add_all(rows))
        transact(lambda session: session.execute(update(Agent).where(Agent.user_id == whose).values(is_active=False)))
    return actor


def test_who_is_erased_has_no_factor_left(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], ada: Actor,
    run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    hookdesk_client.sign_in(make_agent("root", "Rosa Admin", is_admin=True))
    hookdesk_client.submit(f"/admin/users/{ada.user_id}/erase", {"what": "keep"})
    run_jobs()
    with hookdesk_app.app_context():
        assert [reading().scalar(select(func.count()).select_from(model)) for model in MODELS] == [0] * len(MODELS)


def test_who_asks_is_told_which_there_are_and_no_secret(hookdesk_app: Flask, ada: Actor) -> None:
    with hookdesk_app.app_context():
        parts = records.everything(ada.user_id or 0)
    told = {name: rows for name, rows in parts.items() if name.partition(":")[0] in {"two_factor", *FACTORS}}
    assert [len(rows) for rows in told.values()] == [1] * len(MODELS)
    assert told["passkeys: passkeys"][0]["name"] == "Blue key"
    assert SECRET not in str(parts)
