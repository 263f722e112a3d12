"""The kinds of error (`clerk_app.errors` draws their tree and holds the errors themselves)."""

from __future__ import annotations

from typing import Any, ClassVar


class ClerkError(Exception):
    """Base of everything this program raises on purpose.

    `code` is stable and ASCII; `retryable` says whether the same call may succeed later without anybody changing
    anything. `data` fills the placeholders of the sentence and never holds personal data.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", **data: Any) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.data = data


class UserError(ClerkError):
    """The clerk can put it right."""

    code = "user_error"


class EnvironmentFault(ClerkError):
    """The machine, a cable, the network or a peer failed."""

    code = "environment_fault"


class DeviceError(EnvironmentFault):
    """A card reader or rating pad failed."""

    code = "device_failed"


class PrintError(EnvironmentFault):
    """A printer or a page failed."""

    code = "print_failed"


class StoreError(EnvironmentFault):
    """The store, its keys or its folder failed."""

    code = "store_failed"


class StickError(EnvironmentFault):
    """A stick could not be read or written; what lies on this machine is untouched."""

    code = "stick_failed"


class PlatformError(EnvironmentFault):
    """The platform cannot be used now; the sync stops and comes back later."""

    code = "platform_failed"
    retryable = True


class BugError(ClerkError):
    """A broken invariant in our own code."""

    code = "bug"
