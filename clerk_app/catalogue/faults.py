"""Faults of a catalogue: each with its file, line, key and a plain reason; all are collected before any is reported.

A warning has the same shape and stands in nobody's way: it says what is probably not meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clerk_app.errors import BadCatalogue


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `line` counts from 1 and is None where no line can be named (a missing file)."""

    file: str
    line: int | None
    key: str
    reason: str

    @property
    def text(self) -> str:
        """As it is shown: `matters/P31.toml:14 procedure: …`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place} {self.key}：{self.reason}" if self.key else f"{place}：{self.reason}"

    @property
    def body(self) -> dict[str, Any]:
        """As it is written into JSON."""
        return {"file": self.file, "line": self.line, "key": self.key, "reason": self.reason, "text": self.text}


@dataclass(slots=True)
class Faults:
    """The faults and the warnings found so far."""

    found: list[Fault] = field(default_factory=list)
    warned: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int | None, key: str, reason: str) -> None:
        """Note one fault."""
        self.found.append(Fault(file, line, key, reason))

    def warn(self, file: str, line: int | None, key: str, reason: str) -> None:
        """Note one warning."""
        self.warned.append(Fault(file, line, key, reason))

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The warnings, ordered by file and line."""
        return _sorted(self.warned)

    def raise_if_any(self) -> None:
        """Raise `BadCatalogue` with every fault, ordered by file and line."""
        if self.found:
            faults = _sorted(self.found)
            raise BadCatalogue(count=len(faults), faults=faults, first=faults[0].text)


def _sorted(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: (fault.file, fault.line or 0)))
