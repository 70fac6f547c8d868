"""All that plugins may import. Semantic versioning applies to these names; docs/writing-a-plugin.md shows them at work."""

from sqlalchemy.orm import DeclarativeBase

from hookdesk import clock, criteria, fulltext, listing, outbound
from hookdesk.access import (
    PERMISSIONS,
    PERMISSIONS_AT_FIRST,
    SITE_PERMISSIONS,
    Forbidden,
    NotFound,
    access_number,
    access_ticket,
    entry_scope,
    permitted,
    scope,
)
from hookdesk.access_people import KNOWN_AGENT, access_user, knowing, known_users
from hookdesk.access_reasons import Reason, reasons, sees
from hookdesk.cache import cached
from hookdesk.db.context import reading, release
from hookdesk.db.engine import ReadSession, WriteRefused
from hookdesk.db.identity import follow_ids, next_id
from hookdesk.faults import crash_point
from hookdesk.hookspecs import (
    AccessHooks,
    AuthHooks,
    FilteringHooks,
    IntakeHooks,
    NotificationHooks,
    PeopleHooks,
    RunningHooks,
    SlaHooks,
    TicketHooks,
    WebHooks,
)
from hookdesk.hookspecs.spec import Combine, OnError, Shape, When, hookimpl, spec
from hookdesk.jobs import overview as job_overview
from hookdesk.jobs import wake
from hookdesk.jobs.scheduler import wake_at
from hookdesk.lifecycle import panel as lifecycle
from hookdesk.lifecycle.discovery import Found, discover, first_paragraph
from hookdesk.models import (
    Agent,
    AgentDepartment,
    Attachment,
    Collaborator,
    Decision,
    Delivery,
    Department,
    IntakeRecord,
    Organization,
    OrganizationDomain,
    OutboxEvent,
    PluginError,
    PluginState,
    PluginTiming,
    Priority,
    Referral,
    Role,
    SignInSession,
    Status,
    SystemLog,
    Team,
    TeamMember,
    ThreadEntry,
    Ticket,
    TicketEvent,
    User,
    UserEmail,
    UTCDateTime,
    plugin_registry,
)
from hookdesk.names import shown_name
from hookdesk.networks import holds as network_holds
from hookdesk.networks import unreadable as unreadable_networks
from hookdesk.outbox import deadletters, emit
from hookdesk.plugins.base import NoSettings, Plugin
from hookdesk.plugins.caller import HookDenied, Refusal, Unreadable
from hookdesk.plugins.record import explain, note_rule
from hookdesk.services import (
    actors,
    agents,
    assignment,
    attachments,
    counters,
    deadlines,
    decisions,
    directory,
    events,
    file_types,
    intake,
    log,
    organizations,
    participants,
    people,
    references,
    sessions,
    statuses,
    threads,
    tickets,
    users,
)
from hookdesk.services.html import html_to_text, node_to_text, parse_html, sanitize_html
from hookdesk.services.intake_format import forget as forget_inbound
from hookdesk.services.intake_settle import Settled
from hookdesk.services.transaction import transact, unit_of_work
from hookdesk.settings import MASK, CoreSettings, SettingField, SettingsError, describe, parse
from hookdesk.settings.fields import setting
from hookdesk.site import Site, site
from hookdesk.text import clean_line, clean_text
from hookdesk.types.actors import ANONYMOUS, Actor, ActorKind, system
from hookdesk.types.auth import AuthProvider, Credentials, Duty, Factor, SignIn
from hookdesk.types.backends import SearchBackend, SearchHit, StorageBackend, StoredFile
from hookdesk.types.criteria import Comparison, Field, FieldType, Group, Mode, Operator
from hookdesk.types.drafts import NumberFormat, ReplyDraft, TicketDraft
from hookdesk.types.events import Event
from hookdesk.types.filtering import ActionField, FilterAction
from hookdesk.types.intake import (
    InboundFile,
    InboundMessage,
    Match,
    MessageKind,
    Outcome,
    RawIntake,
    Sender,
    TopicChoice,
    Verdict,
)
from hookdesk.types.jobs import Job
from hookdesk.types.lists import BulkAction, ListColumn
from hookdesk.types.notifications import AlertKind, MessageValue, Notification, Recipient, TemplateKind
from hookdesk.types.sla import BusinessCalendar, Due
from hookdesk.types.tickets import TicketView
from hookdesk.types.trace import RuleNote
from hookdesk.types.web import FormPart, Health, NavItem, PageAssets, SettingsPage, Slot, SlotContent, TicketAction
from hookdesk.web.actor import admit_guest, current_actor, sign_in, sign_out, stop_viewing, view_as
from hookdesk.web.bodies import html_body, text_to_html
from hookdesk.web.conditions import ConditionsField
from hookdesk.web.files import carried, stored_file
from hookdesk.web.form_parts import FormParts, form_parts
from hookdesk.web.forms import FilesField, Form, StoredFilesField
from hookdesk.web.guard import account, admin, agent, confirmed, program, public, remember_wanted, requester
from hookdesk.web.health import check_each as health_report
from hookdesk.web.links import absolute_url, plain_arguments
from hookdesk.web.numbers import id_argument
from hookdesk.web.pages import nav
from hookdesk.web.security import content_policy, limiter
from hookdesk.web.signin import answer_sign_in, authenticate
from hookdesk.web.steps import begin as begin_sign_in
from hookdesk.web.steps import complete_sign_in, pending_sign_in, review_duties
from hookdesk.web.themes import Theme, discover_themes

__all__ = [
    "ANONYMOUS",
    "KNOWN_AGENT",
    "MASK",
    "PERMISSIONS",
    "PERMISSIONS_AT_FIRST",
    "SITE_PERMISSIONS",
    "AccessHooks",
    "ActionField",
    "Actor",
    "ActorKind",
    "Agent",
    "AgentDepartment",
    "AlertKind",
    "Attachment",
    "AuthHooks",
    "AuthProvider",
    "BulkAction",
    "BusinessCalendar",
    "Collaborator",
    "Combine",
    "Comparison",
    "ConditionsField",
    "CoreSettings",
    "Credentials",
    "Decision",
    "DeclarativeBase",
    "Delivery",
    "Department",
    "Due",
    "Duty",
    "Event",
    "Factor",
    "Field",
    "FieldType",
    "FilesField",
    "FilterAction",
    "FilteringHooks",
    "Forbidden",
    "Form",
    "FormPart",
    "FormParts",
    "Found",
    "Group",
    "Health",
    "HookDenied",
    "InboundFile",
    "InboundMessage",
    "IntakeHooks",
    "IntakeRecord",
    "Job",
    "ListColumn",
    "Match",
    "MessageKind",
    "MessageValue",
    "Mode",
    "NavItem",
    "NoSettings",
    "NotFound",
    "Notification",
    "NotificationHooks",
    "NumberFormat",
    "OnError",
    "Operator",
    "Organization",
    "OrganizationDomain",
    "OutboxEvent",
    "Outcome",
    "PageAssets",
    "PeopleHooks",
    "Plugin",
    "PluginError",
    "PluginState",
    "PluginTiming",
    "Priority",
    "RawIntake",
    "ReadSession",
    "Reason",
    "Recipient",
    "Referral",
    "Refusal",
    "ReplyDraft",
    "Role",
    "RuleNote",
    "RunningHooks",
    "SearchBackend",
    "SearchHit",
    "Sender",
    "SettingField",
    "SettingsError",
    "SettingsPage",
    "Settled",
    "Shape",
    "SignIn",
    "SignInSession",
    "Site",
    "SlaHooks",
    "Slot",
    "SlotContent",
    "Status",
    "StorageBackend",
    "StoredFile",
    "StoredFilesField",
    "SystemLog",
    "Team",
    "TeamMember",
    "TemplateKind",
    "Theme",
    "ThreadEntry",
    "Ticket",
    "TicketAction",
    "TicketDraft",
    "TicketEvent",
    "TicketHooks",
    "TicketView",
    "TopicChoice",
    "UTCDateTime",
    "Unreadable",
    "User",
    "UserEmail",
    "Verdict",
    "WebHooks",
    "When",
    "WriteRefused",
    "absolute_url",
    "access_number",
    "access_ticket",
    "access_user",
    "account",
    "actors",
    "admin",
    "admit_guest",
    "agent",
    "agents",
    "answer_sign_in",
    "assignment",
    "attachments",
    "authenticate",
    "begin_sign_in",
    "cached",
    "carried",
    "clean_line",
    "clean_text",
    "clock",
    "complete_sign_in",
    "confirmed",
    "content_policy",
    "counters",
    "crash_point",
    "criteria",
    "current_actor",
    "deadletters",
    "deadlines",
    "decisions",
    "describe",
    "directory",
    "discover",
    "discover_themes",
    "emit",
    "entry_scope",
    "events",
    "explain",
    "file_types",
    "first_paragraph",
    "follow_ids",
    "forget_inbound",
    "form_parts",
    "fulltext",
    "health_report",
    "hookimpl",
    "html_body",
    "html_to_text",
    "id_argument",
    "intake",
    "job_overview",
    "knowing",
    "known_users",
    "lifecycle",
    "limiter",
    "listing",
    "log",
    "nav",
    "network_holds",
    "next_id",
    "node_to_text",
    "note_rule",
    "organizations",
    "outbound",
    "parse",
    "parse_html",
    "participants",
    "pending_sign_in",
    "people",
    "permitted",
    "plain_arguments",
    "plugin_registry",
    "program",
    "public",
    "reading",
    "reasons",
    "references",
    "release",
    "remember_wanted",
    "requester",
    "review_duties",
    "sanitize_html",
    "scope",
    "sees",
    "sessions",
    "setting",
    "shown_name",
    "sign_in",
    "sign_out",
    "site",
    "spec",
    "statuses",
    "stop_viewing",
    "stored_file",
    "system",
    "text_to_html",
    "threads",
    "tickets",
    "transact",
    "unit_of_work",
    "unreadable_networks",
    "users",
    "view_as",
    "wake",
    "wake_at",
]
