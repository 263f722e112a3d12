"""One lawful act: the fold decides, and what it would not apply is refused before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_app.errors import NeedsUpgrade, UnlawfulStep
from clerk_app.journal.entry import Entry
from clerk_app.services.ports import Unit


def append_lawful(unit: Unit, stream: str, kind: str, body: Mapping[str, Any]) -> Entry:
    """Append an act; raise, so that nothing is written, if its stream does not take it now.

    `NeedsUpgrade`: a newer version wrote into the stream, so it is read-only. `UnlawfulStep`: its state forbids it.
    """
    present = unit.fold(stream)
    if present.read_only:
        raise NeedsUpgrade
    before = len(present.conflicts)
    entry = unit.append(stream, kind, body)
    conflicts = unit.fold(stream).conflicts
    if len(conflicts) > before:
        raise UnlawfulStep(reason=conflicts[-1].reason)
    return entry
