"""The proof with which a device registers its key: it shows that the secret is known and never sends it."""

from __future__ import annotations

import hashlib
import hmac

from clerk_app.journal.exchange import Registration


def verifier_of(secret: bytes) -> bytes:
    """What a hub keeps of a one-time secret: its SHA-256."""
    return hashlib.sha256(secret).digest()


def registration_proof(verifier: bytes, registration: Registration) -> bytes:
    """HMAC-SHA256 under the verifier over hub, device code and public key."""
    message = b"register-1\0" + registration.hub + registration.code.encode("ascii") + registration.device_public
    return hmac.digest(verifier, message, "sha256")
