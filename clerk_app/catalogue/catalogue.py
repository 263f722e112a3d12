"""The catalogue: every matter a window knows, in one version."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.domain.matter import Matter, MatterVersion
from clerk_app.errors import NoSuchMatter


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue. `label` is shown beside the version wherever the data is illustrative (示例数据)."""

    version: MatterVersion
    label: str
    matters: tuple[Matter, ...]

    def matter(self, code: str) -> Matter:
        """The matter with this code, in any case; raise `NoSuchMatter`."""
        for matter in self.matters:
            if matter.code == code.upper():
                return matter
        raise NoSuchMatter(matter=code)

    def search(self, text: str) -> tuple[Matter, ...]:
        """Matters whose code, name or everyday names contain every word of `text`; all of them for a blank one.

        A matter whose code or name begins with the text comes first, then those named so, then the everyday names.
        """
        words = text.casefold().split()
        hits = [matter for matter in self.matters if all(_says(matter, word) for word in words)]
        return tuple(sorted(hits, key=lambda matter: (_rank(matter, words), matter.code)))


def _says(matter: Matter, word: str) -> bool:
    return any(word in name.casefold() for name in (matter.code, matter.name, *matter.aliases))


def _rank(matter: Matter, words: list[str]) -> int:
    code, name = matter.code.casefold(), matter.name.casefold()
    if all(code.startswith(word) or name.startswith(word) for word in words):
        return 0
    return 1 if all(word in name for word in words) else 2
