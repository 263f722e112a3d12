"""Challenges and tokens: both are MACs under a key of the hub, so that no process has to remember them.

    challenge   base64url (nonce 16 ‖ issued at, ms, u64 ‖ MAC 16 over "challenge" ‖ device ‖ nonce ‖ issued at)
    token       base64url (device, 9 digits ‖ expires at, ms, u64 ‖ MAC 32 over "token" ‖ device ‖ expires at)

Validity is by the hub's clock only. The same signed challenge yields the same token, so a repeated request is harmless.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass

CHALLENGE_S = 120
TOKEN_S = 30 * 60
NONCE_SIZE = 16
_MAC = 16
_CODE = 9


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Makes and reads challenges and tokens."""

    key: bytes

    def __repr__(self) -> str:
        return "TokenKey(masked)"

    def challenge(self, device: str, nonce: bytes, now_ms: int) -> str:
        """A challenge for the device with this 9-digit code."""
        content = nonce + now_ms.to_bytes(8, "big")
        return _text(content + self._mac(b"challenge", device.encode() + content)[:_MAC])

    def issued_at(self, challenge: str, device: str, now_ms: int) -> int | None:
        """When a challenge that is still good was issued; None for any other."""
        content = _content(challenge)
        if len(content) != NONCE_SIZE + 8 + _MAC:
            return None
        signed, mac = content[:-_MAC], content[-_MAC:]
        issued_at = int.from_bytes(signed[NONCE_SIZE:], "big")
        expected = self._mac(b"challenge", device.encode() + signed)[:_MAC]
        fresh = issued_at <= now_ms < issued_at + CHALLENGE_S * 1000
        return issued_at if hmac.compare_digest(mac, expected) and fresh else None

    def token(self, device: str, issued_at: int) -> str:
        """The token for a challenge that was issued at this time and signed by the device."""
        content = device.encode() + (issued_at + TOKEN_S * 1000).to_bytes(8, "big")
        return _text(content + self._mac(b"token", content))

    def device_of(self, token: str, now_ms: int) -> str | None:
        """The device a token was given to, if it is still good."""
        content = _content(token)
        if len(content) != _CODE + 8 + 32:
            return None
        signed, mac = content[:-32], content[-32:]
        good = hmac.compare_digest(mac, self._mac(b"token", signed))
        # A hub whose clock was set back must not honour tokens for longer than it ever gives them.
        left_ms = int.from_bytes(signed[_CODE:], "big") - now_ms
        return signed[:_CODE].decode("ascii") if good and 0 < left_ms <= TOKEN_S * 1000 else None

    def _mac(self, purpose: bytes, content: bytes) -> bytes:
        return hmac.digest(self.key, purpose + b"\0" + content, "sha256")


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _content(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
