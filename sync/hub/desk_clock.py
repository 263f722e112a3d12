"""How far a desk's clock is from the hub's: measured as a batch comes, kept beside what it brought, decides nothing.

The legal date is the desk's. A desk whose clock was wrong is not refused and not corrected; whoever asks later how much
its times are worth finds the offset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sync.batch import Batch
from sync.wire import DESK_TIME, Request

_MILLISECONDS = re.compile(r"-?[0-9]{1,15}", re.ASCII)
"""Some thirty thousand years either way, so that every difference fits its column."""


@dataclass(frozen=True, slots=True)
class MeasuredBatch:
    """A batch, and the clock offset as it came: the desk's clock minus the hub's, milliseconds; None if not told."""

    batch: Batch
    clock_offset: int | None = None


def clock_offset(request: Request, now_ms: int) -> int | None:
    """What the desk's clock said as it sent, minus `now_ms`, the hub's clock; the time on the way makes it smaller.

    None where the desk says nothing, as older ones do, or nothing that is a time.
    """
    told = request.headers.get(DESK_TIME, "")
    return int(told) - now_ms if _MILLISECONDS.fullmatch(told) else None
