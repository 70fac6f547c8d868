"""The pages of formats and sequences in the admin panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import ANONYMOUS, Actor, InboundMessage, intake, system
from hookdesk.testing import Client
from hookdesk_numbers import services
from hookdesk_numbers.services import FormatData, SequenceData

pytestmark = pytest.mark.plugins("numbers")
FORMAT = {"name": "Tickets", "pattern": "TT-####", "sequence_id": "1", "is_default": "y"}
SEQUENCE = {"name": "Tickets", "following": "7", "step": "1", "padding": "0", "restarts": "never"}


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an administrator."""
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


def open_ticket(app: Flask) -> str:
    with app.app_context():
        return intake.submit(InboundMessage("portal", "grace@example.org", "Grace", "Fire", "x"), ANONYMOUS).number


def test_a_format_is_made_previewed_changed_and_deleted(panel: Client, hookdesk_app: Flask) -> None:
    assert "The sequence Tickets is saved." in panel.submit("/admin/numbers/sequences/new", SEQUENCE).text
    preview = panel.submit("/admin/numbers/new", {**FORMAT, "pattern": "tt-####", "preview": "1"})
    assert preview.status_code == 200
    assert "TT-0007, TT-0008, TT-0009" in preview.text
    assert "No format yet" in panel.get("/admin/numbers").text, "a preview saves nothing"
    assert "The format Tickets is saved." in panel.submit("/admin/numbers/new", FORMAT).text
    assert open_ticket(hookdesk_app) == "TT-0007"
    assert "TT-0008, TT-0009, TT-0010" in panel.get("/admin/numbers").text
    panel.submit("/admin/numbers/1", {**FORMAT, "pattern": "X-##"})
    assert open_ticket(hookdesk_app) == "X-08"
    assert "is deleted" in panel.submit("/admin/numbers/1", to="/admin/numbers/1/delete").text
    assert open_ticket(hookdesk_app) == "10000"
    assert panel.get("/admin/numbers/1").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"pattern": ""}, "Write how numbers look"),
        ({"pattern": "TT-"}, "A # is missing"),
        ({"pattern": "<b>####"}, "Use letters"),
        ({"pattern": "#" * 61}, "at most 60"),
        ({"sequence_id": "9"}, "Not a valid choice"),
        ({"sequence_id": "x"}, "nvalid"),
        ({"sequence_id": ""}, "6 digits or more"),
    ],
)
@pytest.mark.parametrize("preview", [False, True])
def test_bad_formats_are_told_and_the_rest_is_kept(
    panel: Client, hookdesk_app: Flask, changes: dict[str, str], words: str, preview: bool
) -> None:
    panel.submit("/admin/numbers/sequences/new", SEQUENCE)
    answer = panel.submit("/admin/numbers/new", {**FORMAT, **changes} | ({"preview": "1"} if preview else {}))
    assert answer.status_code == (200 if preview else 422)
    assert words in answer.text
    assert "No format yet" in panel.get("/admin/numbers").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " \x00"}, "Give it a name."),
        ({"following": "0"}, "from 1 on"),
        ({"following": "-5"}, "from 1 on"),
        ({"following": "1.5"}, "from 1 on"),
        ({"following": "9" * 30}, "15 digits at most"),
        ({"step": "0"}, "from 1 to 1000"),
        ({"step": "many"}, "from 1 to 1000"),
        ({"padding": "00"}, "Write one character"),
        ({"padding": "/"}, "letter or digit"),
        ({"restarts": "daily"}, "Not a valid choice"),
    ],
)
def test_bad_sequences_are_told(panel: Client, changes: dict[str, str], words: str) -> None:
    answer = panel.submit("/admin/numbers/sequences/new", {**SEQUENCE, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Sequences" not in panel.get("/admin/numbers").text


def test_a_sequence_that_counted_on_while_its_page_was_open_is_not_set_back(panel: Client, hookdesk_app: Flask) -> None:
    """Saving another field leaves the counter alone; going back on purpose is refused."""
    with hookdesk_app.app_context():
        services.save_sequence(system(), SequenceData("Tickets", following=7))
        services.save_format(system(), FormatData("Tickets", "TT-##", 1, is_default=True))
    page = panel.get("/admin/numbers/sequences/1").text
    assert 'name="shown" value="7"' in page
    open_ticket(hookdesk_app)
    saved = panel.submit("/admin/numbers/sequences/1", {**SEQUENCE, "step": "5", "shown": "7"})
    assert "is saved" in saved.text
    assert open_ticket(hookdesk_app) == "TT-12"
    refused = panel.submit("/admin/numbers/sequences/1", {**SEQUENCE, "following": "3"})
    assert refused.status_code == 422
    assert "Numbers up to 12 are given already. The next one has to be 13 or more." in refused.text


def test_a_sequence_in_use_says_where(panel: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        services.save_sequence(system(), SequenceData("Tickets"))
        services.save_format(system(), FormatData("Parcels", "TT-##", 1))
    assert "Parcels" in panel.get("/admin/numbers/sequences/1").text
    answer = panel.submit("/admin/numbers/new", to="/admin/numbers/sequences/1/delete")
    assert "Tickets counts for Parcels" in answer.text


def test_the_page_warns_of_numbers_that_tickets_have(panel: Client, hookdesk_app: Flask) -> None:
    for _ in range(3):
        open_ticket(hookdesk_app)
    with hookdesk_app.app_context():
        services.save_sequence(system(), SequenceData("Again", following=10_001))
        services.save_format(system(), FormatData("Again", "#", 1))
        services.save_sequence(system(), SequenceData("Twice", following=50_000))
        services.save_format(system(), FormatData("Twice", "##", 2))
    assert "tickets have 2 already, the first is 10001" in panel.get("/admin/numbers/1").text
    assert "The format Again makes numbers of the same look" in panel.get("/admin/numbers/2").text
    assert panel.get("/admin/numbers").text.count("Look at this") == 2


@pytest.mark.parametrize("path", ["", "/new", "/1", "/sequences/new", "/sequences/1"])
def test_the_pages_are_for_administrators(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], path: str
) -> None:
    assert hookdesk_client.get(f"/admin/numbers{path}").status_code in (302, 401, 403, 404)
    hookdesk_client.sign_in(make_agent("ada"))
    assert hookdesk_client.get(f"/admin/numbers{path}").status_code in (403, 404)


@pytest.mark.parametrize("path", ["/9", "/99999999999999999999", "/sequences/9", "/x"])
def test_what_is_not_there_is_not_found(panel: Client, path: str) -> None:
    assert panel.get(f"/admin/numbers{path}").status_code == 404
