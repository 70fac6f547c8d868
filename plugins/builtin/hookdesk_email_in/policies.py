"""How mail to one of our addresses is treated, and which addresses are ours."""

from __future__ import annotations

import re

from hookdesk.api import people, references, site
from hookdesk_email_in.hookspecs import MailHooks, MailPolicy
from hookdesk_email_in.settings import Settings

_TAG = re.compile(r"\+[^@]*(?=@)")


def policy_of(mailbox: str) -> MailPolicy:
    """The policy of the address at which a mail arrived; the mildest where nobody has stated one."""
    return _stated(mailbox) or MailPolicy()


def is_ours(address: str, settings: Settings) -> bool:
    """Whether an address is one of ours, whatever stands behind a plus in it: two programs must not answer each other for ever."""
    normal = people.normal_address(address)
    return is_listed(normal, settings) or _stated(normal) is not None


def is_listed(address: str, settings: Settings) -> bool:
    """Whether the settings list an address, or the one that it is an extension of, as ours."""
    own = {people.normal_address(one) for one in settings.own_addresses} - {""}
    return bool({address, _TAG.sub("", address)} & own)


def is_known(address: str) -> bool:
    """Whether mail may be sent to that address of ours.

    Raises:
        HookDenied: a plugin that may know it failed, so this is no time to say that it does not exist.
    """
    normal = people.normal_address(address)
    known = site().hooks.first
    return any(known(MailHooks.knows_mailbox, address=one) for one in {normal, _TAG.sub("", normal)} - {""})


def _stated(address: str) -> MailPolicy | None:
    """What somebody says of an address, or of the one that it is an extension of (RFC 5233)."""
    said = site().hooks.first(MailHooks.mail_policy, address=address) if address else None
    plain = _TAG.sub("", address)
    return said or (site().hooks.first(MailHooks.mail_policy, address=plain) if plain != address else None)


def reply_address(ticket_id: int, address: str) -> str | None:
    """An address that names the ticket, where its server delivers such."""
    return references.plus_address(ticket_id, address) if policy_of(address).plus_addressing else None
