"""What stops a sync until later (`clerk_app.errors` holds the rest and names these too)."""

from __future__ import annotations

from clerk_app.error_kinds import PlatformError


class PlatformUnreachable(PlatformError):
    """No line, or nobody answers."""

    code = "platform_unreachable"


class PlatformBusy(PlatformError):
    """The platform itself asks to come back later; `retry_after_s` says when."""

    code = "platform_busy"


class CaptivePortal(PlatformError):
    """A log-in page or proxy answered in the platform's place."""

    code = "captive_portal"


class CertificateOutOfTime(PlatformError):
    """The platform's certificate is not valid at this machine's time; `reason` is `not_yet` or `no_longer`."""

    code = "certificate_out_of_time"


class PlatformRefused(PlatformError):
    """The platform refused this device; `reason` is its code."""

    code = "platform_refused"
    retryable = False


class ProtocolMismatch(PlatformError):
    """Both ends speak versions that do not overlap."""

    code = "protocol_mismatch"
    retryable = False
