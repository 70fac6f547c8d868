"""What an authenticator is asked and what it answered, by the rules of WebAuthn. Imported when somebody uses a passkey: it takes 7 MB."""

from __future__ import annotations

from collections.abc import Sequence

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from hookdesk_passkeys import party


def creation_options(user_id: int, login: str, name: str, challenge: bytes, known: Sequence[bytes]) -> str:
    """What the browser needs to make a passkey that is none of the known ones, as JSON."""
    options = generate_registration_options(
        rp_id=party.domain(), rp_name=party.name(), user_id=party.handle(user_id), user_name=login, user_display_name=name,
        challenge=challenge, exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )  # fmt: skip
    return options_to_json(options)


def request_options(challenge: bytes, known: Sequence[bytes] | None, *, verified: bool) -> str:
    """What the browser needs to have one of these passkeys sign, or any that it has for this site, as JSON."""
    wanted = UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=party.domain(), challenge=challenge, user_verification=wanted,
        allow_credentials=None if known is None else _descriptors(known),
    )  # fmt: skip
    return options_to_json(options)


def _descriptors(known: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    """Passkeys by their ids."""
    return [PublicKeyCredentialDescriptor(id=one) for one in known]


def made(answer: str, challenge: bytes) -> VerifiedRegistration:
    """A new passkey.

    Raises:
        Exception: whatever the parser makes of bytes of strangers.
    """
    return verify_registration_response(
        credential=answer,
        expected_challenge=challenge,
        expected_rp_id=party.domain(),
        expected_origin=party.origin(),
    )


def signed(answer: str, challenge: bytes, public_key: bytes, *, verified: bool) -> VerifiedAuthentication:
    """A signature.

    Raises:
        Exception: as for `made`.
    """
    return verify_authentication_response(
        credential=answer,
        expected_challenge=challenge,
        expected_rp_id=party.domain(),
        expected_origin=party.origin(),
        credential_public_key=public_key,
        credential_current_sign_count=0,
        require_user_verification=verified,
    )


def can_sync(what: VerifiedRegistration | VerifiedAuthentication) -> bool:
    """Whether the passkey may be on several devices."""
    return what.credential_device_type is CredentialDeviceType.MULTI_DEVICE
