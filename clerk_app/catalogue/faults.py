"""Faults of a catalogue: each with its file, line, key and a plain reason; all are collected before any is reported."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Faults:
    """The faults found so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int | None, key: str, reason: str) -> None:
        """Note one fault."""
        self.found.append(Fault(file, line, key, reason))

    def raise_if_any(self) -> None:
        """Raise `BadCatalogue` with every fault, ordered by file and line."""
        if self.found:
            faults = tuple(sorted(self.found, key=lambda fault: (fault.file, fault.line or 0)))
            raise BadCatalogue(count=len(faults), faults=faults, first=faults[0].text)
