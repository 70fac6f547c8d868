"""Signing in: what providers offer and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuthProvider:
    """A way to sign in. `kind` "form" asks for login and password on the sign-in page, "link" leads to `endpoint`."""

    name: str
    label: str
    kind: str = "form"
    endpoint: str = ""
    faces: tuple[str, ...] = ("agent", "portal")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed at a sign-in page, for the face "agent" or "portal"."""

    face: str
    login: str
    password: str
    address: str
    extra: Mapping[str, str]

    def __repr__(self) -> str:
        """Never shows the password."""
        return f"Credentials(face={self.face!r}, login={self.login!r}, address={self.address!r})"


@dataclass(frozen=True, slots=True)
class Factor:
    """A second proof that a user has set up. `endpoint` is the page that asks for it while the sign-in waits (`pending_sign_in`)."""

    name: str
    label: str
    endpoint: str
    order: int = 50


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that somebody who is signed in has to do before anything else: a page, and in one line why.

    `blueprints` names those whose pages are needed to do it, besides the page's own.
    """

    endpoint: str
    reason: str
    blueprints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignIn:
    """A provider's answer: who it is, or why not (`problem` is shown to the person; it must not tell whether the account exists)."""

    user_id: int | None = None
    problem: str = ""
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that signs this site in to a mail server as `user`; it ends at `expires_at`, if that is known."""

    user: str
    token: str = field(repr=False)
    expires_at: datetime | None = None

    @property
    def xoauth2(self) -> str:
        """What a client of IMAP, POP3 or SMTP says for XOAUTH2, before base64."""
        return f"user={self.user}\x01auth=Bearer {self.token}\x01\x01"
