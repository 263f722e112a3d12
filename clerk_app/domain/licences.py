"""Electronic licences (电子证照) as the counter asks about them: one holder, one type, for one purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

LicencePurpose = Literal["exempt", "prefill"]
"""Why it is asked: to take the place of paper (免证办), or to fill a form."""
LicenceState = Literal["valid", "expired", "revoked", "none", "unavailable"]
"""`unavailable`: nobody could be asked. It is no answer, and nothing may be concluded from it."""


@dataclass(frozen=True, slots=True)
class LicenceQuestion:
    """Who asks about whom, and for what: the library logs every question.

    `holder` is a document number, `type` a material code, `clerk` a number, `visit` 16 hex digits.
    """

    holder: str
    type: str
    clerk: str
    purpose: LicencePurpose
    matter: str
    visit: str

    def __repr__(self) -> str:
        # Logs must never carry whose licence was asked for.
        return f"LicenceQuestion({self.type}, masked)"


@dataclass(frozen=True, slots=True)
class LicenceFinding:
    """What the library says today. Only a valid licence says more; dates are ISO, empty if unknown, or `long_term`."""

    state: LicenceState
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    issuer: str = ""
    valid_from: str = ""
    valid_until: str = ""
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


UNAVAILABLE = LicenceFinding("unavailable")
