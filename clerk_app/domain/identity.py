"""Identity documents: what a card says, checked and masked.

Keys and value sets are those of `clerk card read` (commands.md); layouts are domain.md A.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DocumentKind = Literal["resident_id", "hmt_permit", "foreign_permanent_2017", "foreign_permanent_2023", "unknown"]
Sex = Literal["male", "female", "unknown", "not_stated"]
LONG_TERM = "long_term"


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """One identity document. Absent items are None; dates are ISO; `valid_until` may be `long_term`.

    `truncated` names the keys whose text was cut inside a character (a lone surrogate was dropped); `sam_id` names
    the reader that read it (`%02d.%02d-%08d-%010d-%010d`) and is kept as evidence.
    """

    document: DocumentKind
    name: str | None = None
    english_name: str | None = None
    sex: Sex | None = None
    ethnicity_code: str | None = None
    ethnicity: str | None = None
    birth_date: str | None = None
    address: str | None = None
    newest_address: str | None = None
    number: str | None = None
    number_valid: bool | None = None
    issuer: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    nationality: str | None = None
    permit_number: str | None = None
    issue_count: str | None = None
    sam_id: str | None = None
    truncated: tuple[str, ...] = ()

    def __repr__(self) -> str:
        # Logs and tracebacks must never carry personal data (domain.md E.5).
        return f"IdentityDocument({self.document}, masked)"
