"""The kinds of messages that the box knows, with their words in English; gettext has them in other languages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hookdesk.api import NotificationHooks, TemplateKind, site

N_ = str  # marks words for translation that are translated where they are used

SUBJECT = "[#{{ number }}] {{ subject }}"
AUTORESPONSE = N_("""Hello {{ requester }},

we have your message, and it has the number {{ number }}. Somebody will answer you here, by mail.

{% if url %}Follow it, or add something, at any time: {{ url }}
{% endif %}
What you wrote:

{{ quoted }}
""")
OPENED_FOR_YOU = N_("""Hello {{ requester }},

we have opened ticket {{ number }} for you: {{ subject }}

{{ text }}

{% if url %}Follow it, or add something, at any time: {{ url }}
{% endif %}""")
RECEIVED = N_("""Hello {{ recipient }},

what you wrote was added to ticket {{ number }}.
{% if url %}
See the whole conversation: {{ url }}
{% endif %}""")
REPLY = N_("""{{ text }}
{% if signature %}
{{ signature }}
{% endif %}{% if url %}
See the whole conversation: {{ url }}
{% endif %}""")
MESSAGE = N_("""{{ author }} wrote on ticket {{ number }}:

{{ text }}
{% if url %}
See the whole conversation: {{ url }}
{% endif %}""")
ALERT = N_("""{{ headline }}

Ticket:    {{ number }}, {{ subject }}
Requester: {{ requester }}
{% if url %}Open it:   {{ url }}
{% endif %}
{{ text }}
""")

DUE = N_("""{{ headline }}

Ticket:    {{ number }}, {{ subject }}
Requester: {{ requester }}
{% if ticket.due %}Due:       {{ ticket.due }}
{% endif %}{% if url %}Open it:   {{ url }}
{% endif %}""")

MADE = N_("""Hello {{ requester }},

this is about ticket {{ number }}: {{ subject }}
{% if url %}
See the ticket: {{ url }}
{% endif %}""")

KINDS = (
    TemplateKind("autoresponse", _l("Confirmation of a new ticket"), SUBJECT, AUTORESPONSE),
    TemplateKind("opened_for_you", _l("A ticket that an agent opened"), SUBJECT, OPENED_FOR_YOU),
    TemplateKind("received", _l("Confirmation of a further message"), SUBJECT, RECEIVED),
    TemplateKind("reply", _l("Reply of an agent"), SUBJECT, REPLY),
    TemplateKind("automatic_reply", _l("Answer of a filter"), SUBJECT, REPLY),
    TemplateKind("message", _l("Message of another participant"), SUBJECT, MESSAGE),
    TemplateKind("new_ticket_alert", _l("New ticket"), SUBJECT, ALERT, for_agents=True),
    TemplateKind("message_alert", _l("New message of a participant"), SUBJECT, ALERT, for_agents=True),
    TemplateKind("activity_alert", _l("New reply or internal note of another agent"), SUBJECT, ALERT, for_agents=True),
    TemplateKind("assigned_alert", _l("Assignment"), SUBJECT, ALERT, for_agents=True),
    TemplateKind("transferred_alert", _l("Transfer"), SUBJECT, ALERT, for_agents=True),
    TemplateKind("due_soon_alert", _l("Due soon"), SUBJECT, DUE, for_agents=True),
    TemplateKind("overdue_alert", _l("Overdue"), SUBJECT, DUE, for_agents=True),
    TemplateKind("escalated_alert", _l("Escalation"), SUBJECT, DUE, for_agents=True),
    TemplateKind("general_alert", _l("Any other alert"), SUBJECT, ALERT, for_agents=True),
)


def kinds() -> dict[str, TemplateKind]:
    """Every kind that code knows, by its name: the own ones, then those of plugins."""
    found = {kind.name: kind for kind in KINDS}
    for kind in site().hooks.collect(NotificationHooks.template_kinds):
        found.setdefault(kind.name, kind)
    return found
