"""What every section of the benchmarks is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bench:
    """One run. `work` is a folder that goes with it; `rounds` overrides each section's own; `links` are for sync.

    `has_links`: lines can be made between namespaces, shaped and counted.
    """

    work: Path
    rounds: int | None = None
    links: tuple[str, ...] = ("lan",)
    has_links: bool = False

    @property
    def bytecode(self) -> Path:
        """Where measured processes keep their compiled code."""
        return self.work / "bytecode"

    def rounds_or(self, usual: int) -> int:
        """How many rounds a section makes."""
        return self.rounds or usual

    def folder(self, name: str) -> Path:
        """A new folder of a section."""
        made = self.work / name
        made.mkdir(parents=True)
        return made
