"""What rules about new tickets do with fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import Ticket, system
from hookdesk.testing import Client
from hookdesk_filters import services as filters
from hookdesk_filters.rules import RuleProblem, RuleValues
from hookdesk_forms import values

Make = Callable[..., int]
pytestmark = [pytest.mark.plugins("forms", "filters", "portal"), pytest.mark.requires("filters")]
COLOURS = {"lines": "r: Red\ng: Green", "is_multiple": True}


def test_a_rule_fills_a_field_in_and_is_refused_what_the_field_does_not_take(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], make_form: Make, make_field: Make
) -> None:
    make_field(make_form(), "Colours", "choice", key="colours", options=COLOURS)
    asked = {"version": 1, "mode": "all", "parts": [{"field": "subject", "operator": "contains", "value": "paint"}]}
    act = {"do": "field", "with": {"field": "colours", "to": "Red\nGreen"}}
    with hookdesk_app.test_request_context("/"):
        filters.save(system(), RuleValues("Paint", asked, (act,)))
        with pytest.raises(RuleProblem, match="blue cannot be chosen here"):
            filters.save(
                system(), RuleValues("Blue", asked, ({"do": "field", "with": {"field": "colours", "to": "blue"}},))
            )
    ticket = make_ticket("We need paint", channel="email")
    with hookdesk_app.test_request_context("/"):
        assert [one.words for one in values.answers("ticket", ticket.id)] == ["Red, Green"]


def test_a_rule_sees_what_was_filled_in_and_goes_on_when_the_field_is_archived_or_renamed(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], make_form: Make, make_field: Make
) -> None:
    from hookdesk_forms import services
    from hookdesk_forms.services import FieldValues

    form_id = make_form()
    field_id = make_field(form_id, "Colours", "choice", key="colours", options=COLOURS)
    make_field(form_id, "Seen", key="seen")
    asked = {"version": 1, "mode": "all", "parts": [{"field": "field:colours", "operator": "is", "value": "r"}]}
    act = {"do": "field", "with": {"field": "seen", "to": "by a rule"}}
    with hookdesk_app.test_request_context("/"):
        filters.save(system(), RuleValues("Red", asked, (act,)))
        services.save_field(system(), form_id, FieldValues("Paint", "choice", options=COLOURS), field_id)
    ticket = make_ticket(channel="api", fields={"colours": ["Red", "g"]})
    with hookdesk_app.test_request_context("/"):
        assert [one.words for one in values.answers("ticket", ticket.id)] == ["Red, Green", "by a rule"]
        services.set_archived(system(), field_id, True)
    later = make_ticket(channel="api", email="other@example.org", fields={"colours": ["Red"]})
    with hookdesk_app.test_request_context("/"):
        assert values.answers("ticket", later.id) == []


def test_a_field_says_which_rules_name_it(
    panel: Client, hookdesk_app: Flask, make_form: Make, make_field: Make
) -> None:
    form_id = make_form()
    compared, filled = (
        make_field(form_id, "Colours", "choice", key="colours", options=COLOURS),
        make_field(form_id, "Seen", key="seen"),
    )
    assert "Used by:" not in panel.get(f"/admin/forms/fields/{filled}").text
    asked = {"version": 1, "mode": "all", "parts": [{"field": "field:colours", "operator": "is", "value": "r"}]}
    with hookdesk_app.test_request_context("/"):
        filters.save(system(), RuleValues("Reddish", asked, ({"do": "field", "with": {"field": "seen", "to": "yes"}},)))
    for field_id in (compared, filled):
        assert "Reddish" in panel.get(f"/admin/forms/fields/{field_id}").text


def test_a_ticket_that_is_tried_again_has_what_was_filled_in(
    panel: Client, hookdesk_app: Flask, make_ticket: Callable[..., Ticket], make_form: Make, make_field: Make
) -> None:
    make_field(make_form(), "Colours", "choice", key="colours", options=COLOURS)
    asked = {"version": 1, "mode": "all", "parts": [{"field": "field:colours", "operator": "is", "value": "r"}]}
    with hookdesk_app.test_request_context("/"):
        filters.save(system(), RuleValues("Red", asked, ({"do": "quiet", "with": {}},)))
    ticket = make_ticket(channel="api", fields={"colours": ["Red"]})
    page = panel.submit("/admin/filters/try", {"source": "ticket", "number": ticket.number}).text
    assert "Colours is Red; it is Red" in page
