"""Opening sealed grades: only the hub can, and only for the invitation they were given for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import get_args

from clerk_app.domain.ratings import Grade
from clerk_app.security.sealing import RATING, NotSealedForUs, open_sealed


@dataclass(frozen=True, slots=True)
class OpenedGrade:
    """One grade. `device_limited`: the pad had fewer keys than there are grades."""

    grade: Grade = field(repr=False)
    device_limited: bool


def open_grade(rating_private: bytes, sealed: bytes, invitation: str) -> OpenedGrade:
    """Open the grade that answered `invitation`; raise `NotSealedForUs` for any other bytes."""
    content = open_sealed(rating_private, sealed, purpose=RATING)
    try:
        sealed_for, grade, device_limited = json.loads(content)
    except ValueError:
        raise NotSealedForUs("no grade") from None
    if sealed_for != invitation or grade not in get_args(Grade) or not isinstance(device_limited, bool):
        raise NotSealedForUs("not the grade of this invitation")
    return OpenedGrade(grade, device_limited)
