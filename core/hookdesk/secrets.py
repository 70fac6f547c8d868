"""Keys and tokens: the instance key encrypts secrets and signs references; random tokens are stored as hashes only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from hookdesk.config import KEY_FILE, Config, ConfigError, referenced

_ENCRYPTED = "encrypted:"
REFERENCES = ("$env:", "$file:")
"""How a secret begins that stands elsewhere, and is kept as it was entered."""


class Keys:
    """All keys of an instance, derived from one secret by purpose, so that no two uses share a key."""

    def __init__(self, secret: bytes) -> None:
        """Hold the instance's secret."""
        self._secret = secret
        self._fernet = Fernet(base64.urlsafe_b64encode(self.derive("settings")))

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HMAC-SHA-256 of its name)."""
        return hmac.new(self._secret, purpose.encode(), hashlib.sha256).digest()

    def encrypt(self, text: str) -> str:
        """`text` encrypted for the database."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, stored: str) -> str:
        """The text again.

        Raises:
            ConfigError: the value was encrypted with another instance's key.
        """
        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except InvalidToken:
            raise ConfigError(
                "a stored secret does not fit this instance's key; enter it again, or restore instance.key."
            ) from None

    def sealed(self, secret: str) -> str:
        """What somebody entered as it is stored: encrypted, unless it is empty or a reference (`$env:NAME`, `$file:path`)."""
        return secret if not secret or secret.startswith(REFERENCES) else _ENCRYPTED + self.encrypt(secret)

    def opened(self, stored: str) -> str:
        """What `sealed` made, in the clear, or what a reference stands for.

        Raises:
            ConfigError: as `decrypt`, or the reference leads nowhere.
        """
        return self.decrypt(stored.removeprefix(_ENCRYPTED)) if stored.startswith(_ENCRYPTED) else referenced(stored)

    def sign(self, purpose: str, value: str, length: int = 16) -> str:
        """A short signature of `value` in lower-case base32, `length` characters of 5 bits each."""
        digest = hmac.new(self.derive(purpose), value.encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode().lower()[:length]

    def verify(self, purpose: str, value: str, signature: str) -> bool:
        """True if `signature` is that of `value`; takes the same time whatever differs."""
        return len(signature) >= 12 and hmac.compare_digest(
            self.sign(purpose, value, len(signature)), signature.lower()
        )


def new_token() -> tuple[str, str]:
    """A random URL-safe token of 256 bits and the hash to store."""
    token = secrets.token_urlsafe(32)
    return token, token_hash(token)


def token_hash(token: str) -> str:
    """SHA-256 in hex: enough for a random token, and quick."""
    return hashlib.sha256(token.encode()).hexdigest()


def load_keys(config: Config) -> Keys:
    """The keys of an instance: `secret_key` of the configuration, else the key file.

    Raises:
        ConfigError: there is neither.
    """
    if config.secret_key:
        return Keys(config.secret_key.encode())
    file = config.instance / KEY_FILE
    try:
        return Keys(file.read_bytes().strip())
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read ({error.strerror}). `hookdesk init` makes a new instance; for an old one, restore its key "
            "from the backup."
        ) from None


def create_key_file(instance: Path) -> bool:
    """Write a new key unless there is one; True if written. Only the owner may read it."""
    file = instance / KEY_FILE
    if file.exists():
        return False
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_urlsafe(48).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    return True
