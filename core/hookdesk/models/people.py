"""Requesters and their addresses, organizations, agents and where they work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.models.base import Base, Body, Id, JsonList, Moment, Name, PrimaryKey, UTCDateTime


class Organization(Base):
    """A company or group that requesters belong to.

    `sharing` says whose members see all of its tickets, `followers` who is added to each as a collaborator: "nobody", "primary" (contacts)
    or "everybody". `contacts_share`: its primary contacts may change the first themselves.
    """

    __tablename__ = "organization"
    id: Mapped[PrimaryKey]
    name: Mapped[Name] = mapped_column(unique=True)
    notes: Mapped[Body] = mapped_column(default="")
    sharing: Mapped[str] = mapped_column(String(10), default="nobody")
    contacts_share: Mapped[bool] = mapped_column(default=False)
    followers: Mapped[str] = mapped_column(String(10), default="nobody")
    manager_agent_id: Mapped[int | None] = mapped_column(Id)
    manager_team_id: Mapped[int | None] = mapped_column(Id)
    assigns_manager: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]


class OrganizationDomain(Base):
    """A mail domain, in lower case, whose new users belong to an organization; with `is_suffix` its subdomains' too."""

    __tablename__ = "organization_domain"
    id: Mapped[PrimaryKey]
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    domain: Mapped[str] = mapped_column(String(255), unique=True)
    is_suffix: Mapped[bool] = mapped_column(default=False)


class User(Base):
    """A person. Requesters are users; an agent is a user too, so that one person can be both.

    A primary contact speaks for their organization; `notes` are for agents' eyes.
    """

    __tablename__ = "user"
    id: Mapped[PrimaryKey]
    name: Mapped[Name]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"), index=True)
    phone: Mapped[str] = mapped_column(String(60), default="")
    locale: Mapped[str] = mapped_column(String(20), default="")
    timezone: Mapped[str] = mapped_column(String(60), default="")
    notes: Mapped[Body] = mapped_column(default="")
    is_primary_contact: Mapped[bool] = mapped_column(default=False)
    is_banned: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]


class UserEmail(Base):
    """An address of a user, stored in lower case; one of them is primary."""

    __tablename__ = "user_email"
    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(320), unique=True)
    is_primary: Mapped[bool] = mapped_column(default=True)


class Department(Base):
    """Where tickets are worked; the unit of access, which reaches down to the departments below it.

    An archived department is inactive, and its closed tickets stay closed. `assignment` says who can be assigned its tickets: "all" agents,
    its "members" (with further access too) or its "primary" members; `alerts` whom it tells: its "members", the "extended" ones too, or
    "nobody". `replies_by_mail`: what its agents answer by mail goes to the requester; else it is a note. The `…_ref` columns name things of
    plugins.
    """

    __tablename__ = "department"
    id: Mapped[PrimaryKey]
    name: Mapped[Name] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="SET NULL"))
    manager_id: Mapped[int | None] = mapped_column(Id)
    is_public: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_archived: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)
    signature: Mapped[Body] = mapped_column(default="")
    assignment: Mapped[str] = mapped_column(String(10), default="all")
    claims_on_reply: Mapped[bool] = mapped_column(default=True)
    keeps_assignee_on_reopen: Mapped[bool] = mapped_column(default=True)
    answers_tickets: Mapped[bool] = mapped_column(default=True)
    answers_messages: Mapped[bool] = mapped_column(default=True)
    alerts: Mapped[str] = mapped_column(String(10), default="extended")
    replies_by_mail: Mapped[bool] = mapped_column(default=False)
    mail_account_ref: Mapped[str] = mapped_column(String(120), default="")
    template_ref: Mapped[str] = mapped_column(String(120), default="")
    sla_ref: Mapped[str] = mapped_column(String(120), default="")
    schedule_ref: Mapped[str] = mapped_column(String(120), default="")


class Role(Base):
    """A named set of permissions, held in a department."""

    __tablename__ = "role"
    id: Mapped[PrimaryKey]
    name: Mapped[Name] = mapped_column(unique=True)
    permissions: Mapped[JsonList] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    notes: Mapped[Body] = mapped_column(default="")


class Agent(Base):
    """Somebody who works tickets. `login` is unique and stored in lower case.

    `permissions` are held everywhere, whatever the department. On tickets outside the agent's departments (assigned, referred) the primary
    role counts, unless `role_falls_back` is off. `is_visible`: listed and offered to agents of other departments.
    """

    __tablename__ = "agent"
    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"), unique=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[Name]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id", ondelete="RESTRICT"), index=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id", ondelete="RESTRICT"))
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    on_vacation: Mapped[bool] = mapped_column(default=False)
    assigned_only: Mapped[bool] = mapped_column(default=False)
    role_falls_back: Mapped[bool] = mapped_column(default=True)
    is_visible: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    permissions: Mapped[JsonList] = mapped_column(default=list)
    signature: Mapped[Body] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    notes: Mapped[Body] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(String(20), default="")
    timezone: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[Moment]


class AgentDepartment(Base):
    """Access of an agent to a further department, with the role held there."""

    __tablename__ = "agent_department"
    __table_args__ = (UniqueConstraint("agent_id", "department_id"),)
    id: Mapped[PrimaryKey]
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id", ondelete="CASCADE"))
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id", ondelete="RESTRICT"))
    gets_alerts: Mapped[bool] = mapped_column(default=True)


class Team(Base):
    """Agents across departments who can be assigned together."""

    __tablename__ = "team"
    id: Mapped[PrimaryKey]
    name: Mapped[Name] = mapped_column(unique=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    is_active: Mapped[bool] = mapped_column(default=True)
    gets_alerts: Mapped[bool] = mapped_column(default=True)
    notes: Mapped[Body] = mapped_column(default="")


class TeamMember(Base):
    """An agent's place in a team."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("team_id", "agent_id"),)
    id: Mapped[PrimaryKey]
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    gets_alerts: Mapped[bool] = mapped_column(default=True)


class SignInSession(Base):
    """A signed-in browser. Only a hash of its token is kept; revoking is setting `revoked_at`. `confirmed_at`: its owner last proved
    who they are."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_user_id_revoked_at", "user_id", "revoked_at"),)
    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    face: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Token(Base):
    """A secret that was mailed to somebody (guest link, password reset). Only its hash is kept; `used_at` makes it single-use."""

    __tablename__ = "token"
    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
