"""Organizations: whom requesters belong to, what its members share, and which mail domains are its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hookdesk.db.context import reading
from hookdesk.models import Organization, OrganizationDomain
from hookdesk.services.directory import DirectoryProblem, store
from hookdesk.services.transaction import transact
from hookdesk.types.actors import Actor

WHO = ("nobody", "primary", "everybody")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN = re.compile(rf"\.?(?:{_LABEL}\.)+{_LABEL}")


@dataclass(frozen=True, slots=True)
class OrganizationData:
    """What an organization's form holds. A domain that begins with a dot stands for its subdomains, too."""

    name: str
    notes: str = ""
    domains: tuple[str, ...] = ()
    sharing: str = "nobody"
    contacts_share: bool = False
    followers: str = "nobody"
    manager_agent_id: int | None = None
    manager_team_id: int | None = None
    assigns_manager: bool = False


def save_organization(actor: Actor, organization_id: int | None, data: OrganizationData) -> int:
    """Create (None) or change an organization; its id. Domains count for users who come later.

    Raises:
        DirectoryProblem: the name is taken, or a domain is none or belongs to another organization.
    """

    def work(session: Session) -> int:
        values = asdict(data)
        del values["domains"]
        row = store(session, actor, Organization, organization_id, values)
        _set_domains(session, row.id, [_domain(text) for text in data.domains])
        return int(row.id)

    return transact(work, race=True)


def share(actor: Actor, sharing: str) -> None:
    """Let a primary contact say who of their organization sees its tickets.

    Raises:
        DirectoryProblem: they are no primary contact, or the organization does not leave it to them.
    """

    def work(session: Session) -> None:
        row = session.get(Organization, actor.organization_id or 0, with_for_update=True)
        if row is None or not row.contacts_share or not actor.is_primary_contact or sharing not in WHO:
            raise DirectoryProblem(
                _("This is for your organization's contacts to choose, where the helpdesk allows it.")
            )
        store(session, actor, Organization, row.id, {"name": row.name, "sharing": sharing})

    transact(work)


def _domain(text: str) -> str:
    """A domain as it is compared: in lower case."""
    domain = text.strip().lower().removeprefix("@")
    if not _DOMAIN.fullmatch(domain) or len(domain) > 255:
        raise DirectoryProblem(_("%(text)s is not a domain.", text=text[:100]), "domains")
    return domain


def _set_domains(session: Session, organization_id: int, domains: Sequence[str]) -> None:
    """Give an organization exactly these domains."""
    wanted = {domain.removeprefix("."): domain.startswith(".") for domain in domains}
    others = select(OrganizationDomain.domain).where(
        OrganizationDomain.domain.in_(wanted), OrganizationDomain.organization_id != organization_id
    )
    if taken := session.scalar(others.limit(1)):
        raise DirectoryProblem(_("%(domain)s belongs to another organization.", domain=taken), "domains")
    session.execute(delete(OrganizationDomain).where(OrganizationDomain.organization_id == organization_id))
    session.add_all(
        OrganizationDomain(organization_id=organization_id, domain=domain, is_suffix=is_suffix)
        for domain, is_suffix in wanted.items()
    )
    session.flush()


def domains_of(organization_id: int) -> list[str]:
    """An organization's domains as they were typed."""
    rows = reading().all(
        select(OrganizationDomain.domain, OrganizationDomain.is_suffix)
        .where(OrganizationDomain.organization_id == organization_id)
        .order_by(OrganizationDomain.domain)
    )
    return [f".{row.domain}" if row.is_suffix else row.domain for row in rows]
