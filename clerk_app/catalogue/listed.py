"""What can be said of a matter or a package without opening it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from clerk_app.domain.matter import Audience, Channel


@dataclass(frozen=True, slots=True)
class Listed:
    """A matter or a package as the search knows it."""

    kind: Literal["matter", "package"]
    code: str
    name: str
    aliases: tuple[str, ...]
    channels: tuple[Channel, ...]
    audiences: tuple[Audience, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it is known by."""
        return (self.name, *self.aliases)


def in_search_order(items: Iterable[Listed]) -> tuple[Listed, ...]:
    """The items as equal hits are shown where nothing is known of their use: matters first, then short names."""
    return tuple(sorted(items, key=lambda item: (item.kind, len(item.name), item.code)))
