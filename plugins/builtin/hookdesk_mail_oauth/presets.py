"""What is known of providers: where people sign in, where tokens are fetched, and which scopes open which protocol."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

PROTOCOLS = ("imap", "pop", "smtp")
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider. `{tenant}` in its addresses is the directory; `asked` are more arguments of the sign-in page, which make it give a
    refresh token and offer other accounts than the one that the browser is signed in with."""

    label: str
    authorize_url: str
    token_url: str
    scopes: Mapping[str, str] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)

    def scope(self, protocols: Collection[str]) -> str:
        """The scopes for some protocols."""
        wanted = [self.scopes[name] for name in PROTOCOLS if name in protocols]
        return " ".join(dict.fromkeys([*wanted, *self.always]))

    def protocols(self, scope: str) -> list[str]:
        """The protocols that a scope opens."""
        return [name for name, one in self.scopes.items() if one in scope.split()]


_ENTRA = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
_GMAIL = "https://mail.google.com/"

PRESETS: Mapping[str, Preset] = {
    # learn.microsoft.com: "Authenticate an IMAP, POP or SMTP connection using OAuth"
    "microsoft": Preset(
        "Microsoft 365",
        f"{_ENTRA}/authorize",
        f"{_ENTRA}/token",
        {
            "imap": "https://outlook.office.com/IMAP.AccessAsUser.All",
            "pop": "https://outlook.office.com/POP.AccessAsUser.All",
            "smtp": "https://outlook.office.com/SMTP.Send",
        },
        ("offline_access",),
        {"prompt": "select_account"},
    ),
    # developers.google.com: "OAuth 2.0 mechanism"; one scope opens all three
    "google": Preset(
        "Google",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        dict.fromkeys(PROTOCOLS, _GMAIL),
        (),
        {"access_type": "offline", "prompt": "consent select_account"},
    ),
}


def asked(provider: str) -> Mapping[str, str]:
    """More arguments of a provider's sign-in page."""
    return PRESETS[provider].asked if provider in PRESETS else {}
