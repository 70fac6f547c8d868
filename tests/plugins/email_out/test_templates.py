"""What mails say: written by the admin, tried out, kept in versions, and never the reason why a mail is lost."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import (
    Actor,
    Department,
    Event,
    Recipient,
    ReplyDraft,
    Ticket,
    User,
    clock,
    reading,
    release,
    site,
    system,
    threads,
    transact,
)
from hookdesk.settings import CoreSettings
from hookdesk.testing import Client
from hookdesk_email_out import context, departments, editing, lint, osticket, preview, wordings
from hookdesk_email_out.default_words import KINDS
from hookdesk_email_out.editing import Place
from hookdesk_email_out.lint import WordsProblem
from hookdesk_email_out.models import Mail, Words
from hookdesk_email_out.occasions import occasion
from hookdesk_email_out.sandbox import environment, made
from hookdesk_email_out.variables import VARIABLES, tree
from hookdesk_email_out.wordings import Draft

pytestmark = [
    pytest.mark.plugins("email_out", "storage_fs", "admin", "topics"),
    pytest.mark.requires("admin", "topics"),
]
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]
REPLY = Place(None, "reply")
PAGE = "/admin/templates/0/reply"


@pytest.fixture
def admin_client(hookdesk_client: Client, make_agent: MakeAgent) -> Client:
    """The panel, signed in as an administrator."""
    hookdesk_client.sign_in(make_agent("root", "Rosa Admin", is_admin=True))
    return hookdesk_client


@pytest.fixture
def mailed(hookdesk_app: Flask, run_jobs: Callable[..., int]) -> Callable[[str], Any]:
    """`mailed("reply")`: subject, text and HTML of the newest mail of that kind."""

    def look(template: str) -> Any:
        run_jobs("outbox")
        with hookdesk_app.app_context():
            newest = select(Mail.subject, Mail.text, Mail.html).where(Mail.template == template)
            return reading().first(newest.order_by(Mail.id.desc()).limit(1))

    return look


def save(app: Flask, place: Place, text: str, subject: str = "{{ subject }}", html: str = "") -> None:
    """Write words."""
    with app.app_context():
        editing.save(system(), place, Draft(subject, text, html))


def answer(app: Flask, agent: Actor, ticket: Ticket, text: str = "We bring <water>.") -> None:
    """An agent replies."""
    with app.app_context():
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text=text))


def problems(template: str, is_html: bool = False) -> list[str]:
    """What the lint says of a template."""
    return [str(one) for one in lint.problems(template, is_html)]


def test_own_words_go_out_in_text_and_html_with_values_escaped(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, mailed: Callable[[str], Any]
) -> None:
    agent, ticket = make_agent(), make_ticket(subject="Fire & smoke")
    text, html = (
        "Dear {{ recipient.first_name }}, {{ text }}",
        "<p>{{ subject }}</p>{{ message.html }}<b>{{ text }}</b>",
    )
    save(hookdesk_app, REPLY, text, "Re: {{ ticket.subject }} {{ number }}", html)
    answer(hookdesk_app, agent, ticket)
    mail = mailed("reply")
    assert mail.subject == f"Re: Fire & smoke {ticket.number}"
    assert mail.text.startswith("Dear Grace, We bring <water>.")
    assert "<p>Fire &amp; smoke</p><p>We bring &lt;water&gt;.</p><b>We bring &lt;water&gt;.</b>" in mail.html


def test_every_variable_of_the_list_is_there(hookdesk_app: Flask, make_ticket: MakeTicket) -> None:
    """And nothing else: what the editor offers is what a mail can say."""
    ticket = make_ticket()
    template = " ".join(f"{{{{ {name} }}}}" for name in VARIABLES)
    with hookdesk_app.app_context():
        about = occasion(Event("x", "k", clock.now(), {"ticket_id": ticket.id}))
        assert about is not None
        values = context.context(about, Recipient("x@example.org", "X", "requester"))
        assert set(values) == {*tree(VARIABLES), "fields"}
        assert "grace@example.org" in made(environment.from_string(template), values)
        assert problems(template) == []


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_our_own_words_pass_the_lint(hookdesk_app: Flask, kind: Any) -> None:
    """In each language that they are translated into."""
    with hookdesk_app.test_request_context(headers={"Accept-Language": "de"}):
        draft = wordings.own(kind)
        assert draft.text != kind.text, "no German words"
        assert [*problems(kind.text), *problems(draft.text), *problems(draft.subject)] == []


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a\n{{ txet }}", "Line 2: There is no txet here. Did you mean text?"),
        ("{{ ticket.nmuber }}", "Line 1: There is no ticket.nmuber here. Did you mean ticket.number?"),
        ("{{ number.digits }}", "Line 1: There is no number.digits here. Did you mean number?"),
        ("{% if url %}\n{{ ticket['boss'] }}{% endif %}", "Line 2: There is no ticket.boss here."),
        ("\n{{ text ", "Line 2: This is no template: unexpected end of template"),
        ("{% for x in %}", "Line 1: This is no template: "),
        ("%{ticket.numbr}", "Line 1: There is no %{ticket.numbr} here. Did you mean ticket.number?"),
        ("{{ text|shout }}", "Line 1: This is no template: No filter named 'shout'."),
        ("{% include '/etc/passwd' %}", "“include” cannot be used here"),
        ("{{ text.upper() }}", "“()” cannot be used here"),
        ("{{ range(9) }}", "“()” cannot be used here"),
        ("{{ 'x' * 1000000000 }}", "“*” cannot be used here"),
        ("{{ '%1000000000d' % 1 }}", "“%” cannot be used here"),
        ("{% set x = text ~ text %}", "“set” cannot be used here"),
        ("{% macro m() %}{% endmacro %}", "“macro” cannot be used here"),
        ("{% autoescape false %}{{ text }}{% endautoescape %}", "“autoescape” cannot be used here"),
        ("{{ " + " ~ ".join(["text"] * 60) + " }}", "too much is joined together here"),
        ("{{ " + "(" * 5000 + "text" + ")" * 5000 + " }}", "Line 1: This is no template: "),
        ("x" * 30_000, "Line 1: This is longer than 20000 characters."),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_with_its_line_and_never_saved(
    hookdesk_app: Flask, template: str, said: str
) -> None:
    with hookdesk_app.test_request_context():
        told = problems(template)
        assert any(said.rstrip(".") in one for one in told), told
        with pytest.raises(WordsProblem):
            editing.save(system(), REPLY, Draft("x", template))
        with pytest.raises(WordsProblem):
            editing.save(system(), REPLY, Draft("x", "x", template))
        assert editing.versions(REPLY) == []


def test_names_of_loops_are_the_templates_own(hookdesk_app: Flask) -> None:
    with hookdesk_app.test_request_context():
        assert problems("{% for one in [number, subject] %}{{ loop.index }} {{ one }}{% endfor %}") == []
        assert len(problems("{% for one in [1] %}{{ two }}{% endfor %}{{ one }}")) == 2


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("#%{ticket.number}", "#{{ ticket.number }}"),
        ("%{ticket.name.first}", "{{ ticket.first_name }}"),
        ("%{ recipient.name }", "{{ recipient.name }}"),
        ("%{recipient.ticket_link}", "{{ url }}"),
        ("%{ticket.dept.name} %{ticket.create_date.short}", "{{ ticket.department }} {{ ticket.created }}"),
        ("%7Bticket.client_link%7D", "{{ url }}"),
        ("%{company.name}", "{{ site.name }}"),
        ("100 %{nothing.of.ours} {{ text }}", "100 %{nothing.of.ours} {{ text }}"),
    ],
)
def test_osticket_variables_are_converted(theirs: str, ours: str) -> None:
    assert osticket.converted(theirs) == ours


def test_what_osticket_names_is_something_here(hookdesk_app: Flask) -> None:
    assert set(osticket.KNOWN.values()) <= set(VARIABLES)
    assert osticket.converted("%{message}", is_html=True) == "{{ message.html }}"


@pytest.mark.parametrize(
    "template",
    [
        "{{ number.__class__.__mro__ }}",
        "{{ number.nothing }}",
        "{% for a in number %}x{% endfor %}",
        "{% for a in [1, 2, 3, 4, 5, 6, 7, 8] %}" * 8 + "x" + "{% endfor %}" * 8,
        "{{ text|replace('e', text)|replace('e', text) }}",
        "{{ 1 / 0 }}",
        "{{ text",
    ],
)
def test_words_that_fail_when_a_mail_is_written_cost_neither_mail_nor_time(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, mailed: Callable[[str], Any], template: str
) -> None:
    """The default ones are said instead, and the log says why."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        row = Words(kind="reply", number=1, subject="x", text=template, created_at=clock.now())
        transact(lambda session: session.add(row))
    answer(hookdesk_app, agent, ticket, "Water " + "e" * 4000)
    assert mailed("reply").text.startswith("Water eeee")


def test_words_of_a_language_and_of_a_departments_set_come_first(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, mailed: Callable[[str], Any]
) -> None:
    """The set's own words before the default set's, the language's before those for any; what is nowhere written is ours."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        loud = editing.save_set(system(), "Loud")

    def said(locale: str, ref: str) -> str:
        with hookdesk_app.app_context():
            transact(lambda session: (
                session.execute(update(User).values(locale=locale)), session.execute(update(Department).values(template_ref=ref))
            ))  # fmt: skip
        answer(hookdesk_app, agent, ticket)
        return str(mailed("reply").text.splitlines()[0])

    assert said("de", f"email_out:{loud}") == "We bring <water>."
    save(hookdesk_app, REPLY, "any")
    assert said("de", f"email_out:{loud}") == "any"
    save(hookdesk_app, Place(None, "reply", "de"), "deutsch")
    assert (said("de", f"email_out:{loud}"), said("en", "")) == ("deutsch", "any")
    save(hookdesk_app, Place(loud, "reply"), "LOUD")
    assert (said("de", f"email_out:{loud}"), said("de", ""), said("de", "email_out:x")) == (
        "LOUD",
        "deutsch",
        "deutsch",
    )
    save(hookdesk_app, Place(loud, "reply", "de"), "LAUT")
    assert (said("de", f"email_out:{loud}"), said("en", f"email_out:{loud}")) == ("LAUT", "LOUD")


def test_default_words_are_in_the_recipients_language(
    hookdesk_app: Flask, make_ticket: MakeTicket, mailed: Callable[[str], Any]
) -> None:
    """Else in the site's."""
    make_ticket()
    assert "we have your message" in mailed("autoresponse").text
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(User).values(locale="de")))
    make_ticket()
    assert "Nummer" in mailed("autoresponse").text
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(User).values(locale="xx")))
        site().settings.save("core", CoreSettings, {"default_locale": "de"}, system())
    make_ticket()
    assert "Nummer" in mailed("autoresponse").text


def test_twenty_versions_are_kept_and_any_can_count_again(hookdesk_app: Flask, admin_client: Client) -> None:
    for number in range(25):
        save(hookdesk_app, REPLY, f"words {number}")
    save(hookdesk_app, REPLY, "words 24")  # the same again is no new version
    with hookdesk_app.app_context():
        assert [row.number for row in editing.versions(REPLY)] == list(range(25, 5, -1))
        assert [row.text for row in editing.versions(REPLY) if row.is_current] == ["words 24"]
    page = admin_client.get(f"{PAGE}/10").get_data(as_text=True)
    assert "- words 9" in page
    assert "+ words 24" in page
    assert admin_client.get(f"{PAGE}/1").status_code == 404
    admin_client.submit(f"{PAGE}/10", {})
    with hookdesk_app.app_context():
        now = editing.current(REPLY)
        assert now is not None
        assert (now.number, now.text) == (26, "words 9")
    admin_client.submit(PAGE, {}, to=f"{PAGE}/reset")
    with hookdesk_app.app_context():
        assert editing.current(REPLY) is None
        assert len(editing.versions(REPLY)) == 20
        assert next(iter(wordings.of("reply").drafts("en"))) == Draft(KINDS[3].subject, KINDS[3].text)


def test_the_editor_saves_what_is_good_and_keeps_what_was_typed(hookdesk_app: Flask, admin_client: Client) -> None:
    page = admin_client.submit(PAGE, {"subject": "S", "text": "{{ text }} {{ nubmer }}", "html": ""})
    assert page.status_code == 422
    told = page.get_data(as_text=True)
    assert "There is no nubmer here. Did you mean number?" in told
    assert "{{ text }} {{ nubmer }}" in told
    admin_client.submit(
        PAGE, {"subject": "Re: %{ticket.subject}", "text": "%{response}\r\n{{ signature }}", "html": ""}
    )
    with hookdesk_app.app_context():
        now = editing.current(REPLY)
        assert now is not None
        assert (now.subject, now.text, now.author) == (
            "Re: {{ ticket.subject }}",
            "{{ message.text }}\n{{ signature }}",
            "Rosa Admin",
        )
    assert admin_client.get(f"{PAGE}?language=xx").status_code == 404
    assert admin_client.get("/admin/templates/0/unknown").status_code == 404
    assert admin_client.get("/admin/templates/99/reply").status_code == 404


def test_the_preview_shows_a_real_ticket_and_saves_nothing(
    hookdesk_app: Flask, admin_client: Client, make_ticket: MakeTicket
) -> None:
    """Without the recipient's own link, which would let the admin in as them."""
    ticket = make_ticket(subject="Printer on fire", text="It burns <b>here</b>")
    words = {"subject": "{{ subject }}!", "text": "{{ text }} {{ url }}", "html": "<script>x</script><i>{{ text }}</i>"}
    page = admin_client.submit(
        "/admin/templates/0/autoresponse", {**words, "act": "preview", "ticket": f"#{ticket.number}"}
    ).get_data(as_text=True)
    assert "Printer on fire!" in page
    assert "It burns &lt;b&gt;here&lt;/b&gt; http" in page
    assert "<i>It burns &lt;b&gt;here&lt;/b&gt;</i>" in page
    assert "<script>x" not in page
    assert "/…" in page
    with hookdesk_app.app_context():
        assert editing.versions(Place(None, "autoresponse")) == []


def test_the_preview_passes_the_guard(hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket) -> None:
    """An administrator who may not see a ticket is told the same of it as of one that is not there."""
    ticket, admin = make_ticket(subject="CANARY"), make_agent("root", "Rosa", is_admin=True)
    kind, draft = KINDS[0], Draft("{{ subject }}", "{{ text }}")
    blind = Actor(
        kind=admin.kind, name="Rosa", user_id=admin.user_id, agent_id=admin.agent_id, is_admin=True, assigned_only=True
    )
    with hookdesk_app.test_request_context():
        assert preview.shown(admin, kind, draft, "", ticket.number).subject == "CANARY"
        unseen, unknown = (preview.shown(blind, kind, draft, "", number) for number in (ticket.number, "999"))
        assert unseen.problem.replace(ticket.number, "999") == unknown.problem
        assert preview.shown(blind, kind, draft, "").problem == "There is no ticket yet on which to show it."
        assert preview.shown(admin, kind, Draft("x", "{{ y }}"), "").problem.startswith("Line 1: There is no y here.")


def test_a_department_has_the_set_that_its_page_says(hookdesk_app: Flask, admin_client: Client) -> None:
    admin_client.submit("/admin/templates", {"name": "Loud"}, to="/admin/templates/sets")
    with hookdesk_app.app_context():
        [row] = editing.sets()
        department = reading().scalar(select(Department.id).limit(1))
    page = f"/admin/departments/{department}"
    assert "Loud" in admin_client.get(page).get_data(as_text=True)
    admin_client.submit(page, {"template_ref": f"email_out:{row.id}"}, to=f"{page}/templates")
    with hookdesk_app.app_context():
        assert departments.chosen(department or 0) == departments.Own(words=f"email_out:{row.id}")
        assert editing.used_by(row.id) == ["Support"]
        save(hookdesk_app, Place(row.id, "reply"), "LOUD")
    assert admin_client.submit(page, {"template_ref": "email_out:99"}, to=f"{page}/templates").status_code == 404
    assert "Support" in admin_client.get(f"/admin/templates?set={row.id}").get_data(as_text=True)
    admin_client.submit("/admin/templates", {}, to=f"/admin/templates/sets/{row.id}/delete")
    with hookdesk_app.app_context():
        assert (editing.sets(), editing.versions(Place(row.id, "reply"))) == ([], [])
        assert editing.save_set(system(), "Another") != row.id


def test_choosing_a_set_takes_back_nothing_that_others_change_meanwhile(hookdesk_app: Flask) -> None:
    def rename() -> None:
        with hookdesk_app.app_context():
            transact(lambda session: session.execute(update(Department).values(name="Help")))

    with hookdesk_app.app_context():
        set_id = editing.save_set(system(), "Loud")
        release()
        assert reading().scalar(select(Department.name)) == "Support"  # read before the others' change
        other = Thread(target=rename)
        other.start()
        other.join()
        departments.choose(system(), 1, departments.Own(words=f"email_out:{set_id}"))
        row = reading().first(select(Department.name, Department.template_ref))
        assert tuple(row or ()) == ("Help", f"email_out:{set_id}")


def test_names_of_sets_are_there_and_differ(hookdesk_app: Flask) -> None:
    with hookdesk_app.test_request_context():
        first = editing.save_set(system(), "Loud")
        for name in ("Loud", "  "):
            with pytest.raises(WordsProblem):
                editing.save_set(system(), name)
        assert editing.save_set(system(), "Loud", first) == first
        with pytest.raises(LookupError):
            editing.save_set(system(), "Other", 99)
