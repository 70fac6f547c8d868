"""An authenticator of our own: answers as a security key would, and wrongly where a test asks for that."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, CAN_SYNC, SYNCED, HAS_KEY = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    """Holds one passkey. `flags` are those of WebAuthn §6.1; `count` counts up by itself unless it is None (as synced passkeys do)."""

    flags: int = PRESENT | VERIFIED
    count: int | None = 0
    origin: str = ORIGIN
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(32))

    def create(self, options: dict[str, Any]) -> str:
        """Make the passkey."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], HAS_KEY) + attested
        sealed = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(self._client("webauthn.create", options), attestationObject=sealed)

    def get(self, options: dict[str, Any], handle: bytes | None = None) -> str:
        """Sign a challenge."""
        if self.count is not None:
            self.count += 1
        data = self._data(options["rpId"])
        client = self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        owner = self.handle if handle is None else handle
        return self._answer(client, authenticatorData=data, signature=signature, userHandle=owner)

    def _data(self, rp_id: str, more: int = 0) -> bytes:
        """Authenticator data without what is attested."""
        return (
            hashlib.sha256(rp_id.encode()).digest() + bytes([self.flags | more]) + (self.count or 0).to_bytes(4, "big")
        )

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        """What the browser adds."""
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _answer(self, client: bytes, **parts: bytes) -> str:
        """What the page sends."""
        key = bytes_to_base64url(self.id)
        response = {name: bytes_to_base64url(value) for name, value in {"clientDataJSON": client, **parts}.items()}
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": response})
