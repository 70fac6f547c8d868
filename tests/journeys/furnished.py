"""What the site holds whose pages are looked at: the welcome ticket, and one with everything long and odd in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk.testing.instances import end

if TYPE_CHECKING:
    from tests.journeys.conftest import LiveSite

WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 6
NAME = "ليلى حداد " + "Wolfeschlegelsteinhausenbergerdorff " * 3
ODD_TICKET = "10001"
ADDRESS = "layla@example.org"


def fill(made: LiveSite) -> None:
    """A form with each kind of field on the first topic; a ticket with a subject of one word, right-to-left text, markup, quotes, files,
    a note and a reply.
    """
    from hookdesk.api import ANONYMOUS, InboundFile, InboundMessage, ReplyDraft, actors, intake, site, threads

    app = create_app(load(made.instance, made.environ))
    with app.test_request_context():
        _form()
        message = InboundMessage(
            channel="portal", sender_address=ADDRESS, sender_name=NAME, subject=WORD[:480],
            text=f"<script>alert(1)</script>\n{WORD}\nطلب تحديث بيانات الفاتورة", reply="طلب تحديث",
            files=(InboundFile("<b>.png", "image/png", b"\x89PNG\r\n\x1a\n"), InboundFile(WORD, "application/pdf", b"%PDF-")),
        )  # fmt: skip
        if site().plugins.get("filters") is not None:
            _filter()
        if site().plugins.get("kb") is not None:
            _articles()
        if site().plugins.get("canned") is not None:
            _response()
        if site().plugins.get("tags") is not None:
            _tags()
        settled = intake.submit(message, ANONYMOUS)
        agent = actors.agent_actor(1)
        assert agent is not None
        assert settled.ticket_id is not None
        threads.post(agent, ReplyDraft(ticket_id=settled.ticket_id, kind="note", text="CANARY-NOTE"))
        if site().plugins.get("tasks") is not None:
            _tasks(settled.ticket_id)
        if site().plugins.get("export") is not None:
            _many(settled.ticket_id)
        html = '<h1>Hello</h1><p><b>there</b> <img src="https://tracker.example/x.png"></p>'
        threads.post(agent, ReplyDraft(ticket_id=settled.ticket_id, kind="response", text="Hello there", html=html))
    end(app)


def _many(ticket_id: int) -> None:
    """A change of two tickets of which one is not there, and an export."""
    from hookdesk.api import actors
    from hookdesk_bulk import actions
    from hookdesk_bulk import services as bulk
    from hookdesk_bulk.selection import Chosen
    from hookdesk_export import services as export

    agent = actors.agent_actor(1)
    assert agent is not None
    order = bulk.Order(actions.known()["note"].action, {"text": WORD}, f"Add a note: {WORD[:60]}", "/agent/")
    bulk.begin(agent, order, [Chosen(ODD_TICKET, ticket_id), Chosen("99999", None)])
    export.begin(agent, export.Wanted([ticket_id], ["number", "subject"], "csv", WORD[:200], "/agent/"))


def _articles() -> None:
    """An article with everything in it, and what readers said; a short one; one for agents; a translation; a draft of changes."""
    from hookdesk.api import ANONYMOUS, InboundFile, attachments, system
    from hookdesk_kb import categories, files, services, voting

    by = system("journeys")
    open_id = categories.save(by, categories.Values("Bikes", description=WORD[:300], names={"de": ("Räder", "")}))
    inside = categories.save(by, categories.Values(NAME[:100], open_id, is_public=False))
    file = attachments.store(InboundFile(WORD, "application/pdf", b"%PDF-"))
    table = "<table><tr><th>Code</th><td>" + "wide " * 60 + "</td></tr></table>"
    html = f"<h2>{WORD}</h2><p>طلب تحديث</p>{table}<pre>{'x' * 300}</pre><blockquote>Look</blockquote><ul><li>one</li></ul>"
    shown = services.Details(open_id, "published", is_featured=True, topics=("topics:1",))
    article_id = services.save(
        by, None, "en", shown, services.Words(WORD[:190], html, "So."), added=[files.Added(file)]
    )
    services.save(by, article_id, "en", shown, services.Words("Odd", "<p>Changed</p>"), goes_live=False)
    services.save(by, article_id, "de", shown, services.Words("Seltsam", "<p>Ja</p>"))
    services.save(by, None, "en", shown, services.Words("Mend a flat tyre", "<p>With a <b>patch</b>.</p>"))
    services.save(by, None, "en", services.Details(inside), services.Words("For agents", html))
    voting.vote(ANONYMOUS, "x", article_id, is_helpful=False, comment=WORD)


def _response() -> None:
    """A canned response with a long title, a list, and a file."""
    from hookdesk.api import InboundFile, attachments, system
    from hookdesk_canned import services

    html = f"<h1>Hello {{{{ ticket.first_name }}}}</h1><ul><li>{WORD}</li></ul>"
    stored = (attachments.store(InboundFile(f"{WORD[:150]}.pdf", "application/pdf", b"%PDF-")),)
    services.save(system(), services.Values(WORD[:190], html, notes=WORD), added=stored)


def _tags() -> None:
    """A tag of each colour, one of them with a long name."""
    from hookdesk.api import system
    from hookdesk_tags import services
    from hookdesk_tags.palette import COLOURS

    for colour in COLOURS:
        services.save(system("journeys"), (WORD if colour == 1 else f"colour {colour}")[:40], colour)


def _tasks(ticket_id: int) -> None:
    """A checklist on the odd ticket; a task that is late, with everything that a thread can hold; tags beside it."""
    from datetime import timedelta

    from hookdesk.api import InboundFile, actors, clock, site
    from hookdesk_tasks import changing, checklists, closing, guard, making, talking

    by = actors.agent_actor(1)
    assert by is not None
    late = making.NewTask(WORD[:290], f"{WORD}\nطلب تحديث", ticket_id, due_at=clock.now() - timedelta(days=2))
    task = guard.access_task_number(by, making.make(by, late))
    listed = checklists.save(by, NAME[:100], [checklists.Line(WORD[:290], WORD, days=3), checklists.Line("Short")])
    checklists.give(by, ticket_id, listed)
    changing.claim(by, task.id)
    changing.set_words(by, task.id, WORD[:280], WORD)
    talking.follow(by, task.id, ADDRESS)
    file = InboundFile(WORD, "application/pdf", b"%PDF-")
    talking.write(by, task.id, talking.Written("update", f"<b>{WORD}</b>", (file,), tells=True, is_open=False))
    talking.write(by, task.id, talking.Written("note", "طلب تحديث"))
    closing.set_open(by, task.id, is_open=True)
    making.make(by, making.NewTask("By itself"))
    if site().plugins.get("tags") is not None:
        from hookdesk_tags import catalogue, services

        services.put(by, ticket_id, catalogue.everything())


def _filter() -> None:
    """A filter with groups in a group, every kind of value, and a dry run of it."""
    from hookdesk.api import system
    from hookdesk_filters import dryrun, services
    from hookdesk_filters.rules import RuleValues

    inner = [
        {"field": "subject", "operator": "matches", "value": f"^{WORD[:80]}"},
        {"field": "channel", "operator": "in", "value": ["portal", "email"]},
    ]
    parts = [{"field": "header", "operator": "is_empty"}, {"mode": "any", "parts": inner}]
    actions = (
        {"do": "priority", "with": {"to": 1}},
        {"do": "mail", "with": {"to": "requester", "subject": WORD[:90], "body": "{{ subject }}"}},
    )
    values = RuleValues(NAME[:100], {"version": 1, "mode": "all", "parts": parts}, actions, ("portal",), notes=WORD)
    rule_id = services.save(system("journeys"), values)
    dryrun.step(dryrun.ask(system("journeys"), values, 30, rule_id))


def _form() -> None:
    """Every kind of field, a condition, and a list that is too long to be shown."""
    from hookdesk.api import system
    from hookdesk_forms import list_services, listing_in, services
    from hookdesk_forms.kinds import OWN
    from hookdesk_forms.services import FieldValues, FormValues

    list_id = list_services.save_list(system(), list_services.ListValues("Parts"))
    list_services.take_in(system(), list_id, [listing_in.NewItem(f"Part {number:03}") for number in range(205)])
    form_id = services.save_form(system(), FormValues("Device", intro="It stands on the back."))
    options = {
        "choice": {"lines": "win: Windows\nmac: macOS\nother: Other"},
        "information": {"text": "<b>Have it</b> at hand."},
        "number": {"unit": "kg"},
    }
    for kind in OWN:
        given = FieldValues(
            str(kind.label), kind.name, f"its_{kind.name}", "A hint", options.get(kind.name, {}), list_id
        )
        services.save_field(system(), form_id, given)
    shown_if = {
        "version": 1,
        "mode": "all",
        "parts": [{"field": "field:its_choice", "operator": "is", "value": "other"}],
    }
    named = FieldValues("Name of the system", "text", "its_system", requester="required", shown_if=shown_if)
    services.save_field(system(), form_id, named)
    services.set_topic(system(), "topics:1", "Something does not work", [form_id], [])


def guest_path(made: LiveSite) -> str:
    """The link by which the requester of the odd ticket comes back without an account."""
    from hookdesk.api import Ticket, reading
    from hookdesk_portal import links

    app = create_app(load(made.instance, made.environ))
    with app.test_request_context():
        ticket = reading().first(select(Ticket.id, Ticket.user_id).where(Ticket.number == ODD_TICKET))
        assert ticket is not None
        token = links.make(ticket.id, ticket.user_id, ADDRESS)
    end(app)
    return f"/t/{token}"
