"""Outgoing mail, its words, the accounts that it leaves by, and what agents want to be told of."""

from hookdesk_email_out.models.accounts import Account, TopicAccount
from hookdesk_email_out.models.base import Base
from hookdesk_email_out.models.mail import Bouncing, Mail, Preference
from hookdesk_email_out.models.words import OwnKind, TemplateSet, Words

__all__ = ["Account", "Base", "Bouncing", "Mail", "OwnKind", "Preference", "TemplateSet", "TopicAccount", "Words"]
