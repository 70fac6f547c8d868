"""What the company's mails say: the workshop writes in words of its own, and a filter may warn of batteries."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from hookdesk.api import Actor, reading, release, site

WORKSHOP = """Hello {{ recipient.first_name }},

the workshop has your message about “{{ subject }}”; its number is {{ number }}.

If brakes, battery or frame are concerned, please leave the bike where it is until you hear from us.

{% if url %}See how we get on: {{ url }}
{% endif %}"""
BATTERY = """Hello {{ recipient.first_name }},

a battery that is hot, swollen or smells is no longer safe. Please take it outside, away from anything that burns, do not charge it, and
do not send it by post. A courier with the right box picks it up; that costs you nothing.

{% if url %}Everything else stands on your ticket {{ number }}: {{ url }}
{% endif %}"""


def write_words(actor: Actor, departments: Mapping[str, int]) -> None:
    """A set of words for the workshop, and a message of the company's own. What is there already is used as it is."""
    if site().plugins.get("email_out") is None:
        return
    from hookdesk_email_out import departments as choosing
    from hookdesk_email_out import editing, own_kinds
    from hookdesk_email_out.models import TemplateSet
    from hookdesk_email_out.wordings import PREFIX, Draft

    release()
    if "Workshop" not in departments or reading().scalar(select(TemplateSet.id).limit(1)) is not None:
        return
    own = editing.save_set(actor, "Workshop")
    editing.save(actor, editing.Place(own, "autoresponse"), Draft("[#{{ number }}] {{ subject }}", WORKSHOP))
    choosing.choose(actor, departments["Workshop"], choosing.Own(f"{PREFIX}{own}"))
    battery = own_kinds.make(actor, "Battery safety")
    editing.save(
        actor, editing.Place(None, battery), Draft("[#{{ number }}] Please read this about your battery", BATTERY)
    )
    release()
