"""How mail to one of our addresses is treated."""

from __future__ import annotations

from hookdesk.api import site
from hookdesk_email_in.hookspecs import MailHooks, MailPolicy


def policy_of(mailbox: str) -> MailPolicy:
    """The policy of the address at which a mail arrived; the mildest where nobody has stated one."""
    return site().hooks.first(MailHooks.mail_policy, address=mailbox) or MailPolicy()
