"""The company's forms: what it asks about a bike and an order, beyond the words of whoever writes."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from sqlalchemy import select

from hookdesk.api import Actor, Ticket, reading, release, site, transact

MODELS = (
    "Alder City 3", "Alder City 5", "Alder Cargo", "Alder Cargo XL", "Alder Fold", "Alder Kids 20", "Alder Kids 24", "Alder Tour",
    "Alder Tour Plus", "Alder Trail",
)  # fmt: skip
BIKE_TOPICS = ("My bike", "Battery and charging", "Error on the display", "Spare parts")
ORDER_TOPICS = ("My order", "Delivery", "Return or exchange", "Invoice and payment")
ELECTRIC = {"version": 1, "mode": "all", "parts": [{"field": "field:electric", "operator": "is", "value": True}]}
SENT_BACK = {
    "version": 1,
    "mode": "all",
    "parts": [{"field": "field:wish", "operator": "in", "value": ["repair", "swap"]}],
}
EXAMPLES = 40


def make_forms(actor: Actor, topics: Mapping[str, str]) -> None:
    """Forms on the topics about bikes and orders, and one about organizations; nothing while the plugin for forms is off."""
    if site().plugins.get("forms") is None:
        return
    from hookdesk_forms import list_services, listing_in, services
    from hookdesk_forms.services import FieldValues, FormValues

    def form(title: str, about: str, intro: str, *fields: FieldValues) -> int:
        release()
        form_id = services.save_form(actor, FormValues(title, about, intro))
        for one in fields:
            services.save_field(actor, form_id, one)
        return form_id

    models = list_services.save_list(actor, list_services.ListValues("Models"))
    list_services.take_in(actor, models, [listing_in.NewItem(name) for name in MODELS])
    bike = form(
        "Your bike", "ticket", "", FieldValues("Model", "list", list_id=models),
        FieldValues("Serial number", "text", "serial", "Below the bottom bracket; it begins with AC.",
                    {"must_be": "pattern", "pattern": "AC[0-9]{6}", "pattern_words": "It is AC and six digits."}),
        FieldValues("It has a motor", "boolean", "electric", options={"words": "Yes, it is electric"}),
        FieldValues("Code on the display", "text", "code", "As in E21.", {"most": 10}, shown_if=ELECTRIC),
        FieldValues("Kilometres so far", "number", "distance", options={"least": 0.0, "unit": "km"}, shown_if=ELECTRIC),
        FieldValues("Cause", "choice", "cause", options={"lines": "wear: Wear\nfault: Fault of ours\nuse: Use\nother: Other"},
                    requester="hidden"),
    )  # fmt: skip
    order = form(
        "Your order", "ticket", "", FieldValues("Order number", "text", "order", "It begins with A."),
        FieldValues("Bought on", "date", "bought", options={"when": "past"}),
        FieldValues("What would you like?", "choice", "wish",
                    options={"lines": "repair: A repair\nswap: Another one\nrefund: The money back", "look": "buttons"}),
        FieldValues("From when can we collect it?", "date", "collect", options={"when": "future"}, shown_if=SENT_BACK),
        FieldValues("Receipt", "file", "receipt", options={"endings": "pdf, png, jpg", "most": 2}),
    )  # fmt: skip
    form(
        "Contract", "organization", "",
        FieldValues("Service contract", "choice", "contract", options={"lines": "basic: Basic\nplus: Plus"}),
        FieldValues("Ends on", "date", "contract_ends"),
    )  # fmt: skip
    for names, form_id in ((BIKE_TOPICS, bike), (ORDER_TOPICS, order)):
        for name in names:
            if name in topics:
                services.set_topic(actor, topics[name], name, [form_id], [])


def fill_some(chance: Random, topics: Mapping[str, str]) -> None:
    """Let some tickets about bikes say which one."""
    if site().plugins.get("forms") is None:
        return
    from hookdesk_forms import catalogue, values
    from hookdesk_forms.kinds import all_kinds

    release()
    refs = [topics[name] for name in BIKE_TOPICS if name in topics]
    tickets = list(reading().scalars(select(Ticket.id).where(Ticket.topic_ref.in_(refs)).limit(EXAMPLES)))
    specs, kinds = catalogue.fields_of("ticket", ("model", "serial", "electric", "distance")), all_kinds()
    items = [key for key, _name in kinds["list"].choices(specs["model"]) or ()] if tickets else []

    def work(session: Any) -> None:
        for ticket_id in tickets:
            electric = chance.random() < 0.7
            given: dict[str, Any] = {"model": chance.choice(items), "electric": electric}
            if chance.random() < 0.6:
                given["serial"] = f"AC{chance.randrange(10**6):06}"
            if electric:
                given["distance"] = float(chance.randrange(100, 9000))
            for key, value in given.items():
                values.write(session, "ticket", ticket_id, specs[key], kinds[specs[key].kind], (value,))

    transact(work)
