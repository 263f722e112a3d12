"""What a sync asks of the desk about catalogues that the platform publishes."""

from __future__ import annotations

from typing import Protocol

from clerk_app.journal.published import Published


class Catalogues(Protocol):
    """The published catalogues of a store."""

    def serial(self) -> int | None:
        """The newest one that was taken in; 0 for none, None for a desk that takes in none."""

    def offset(self, published: Published) -> int:
        """How much of it is here; raise `BadPublished` for one that was refused before."""

    def add(self, published: Published, offset: int, piece: bytes) -> int:
        """Keep what has come from `offset` on; how much is here then."""

    def finish(self, published: Published) -> None:
        """Put it in force; raise `BadPublished`, the old one being in force still."""


class NoCatalogues:
    """A desk that takes in none."""

    def serial(self) -> int | None:
        return None

    def offset(self, published: Published) -> int:
        raise KeyError(published.version)

    def add(self, published: Published, offset: int, piece: bytes) -> int:
        raise KeyError(published.version)

    def finish(self, published: Published) -> None:
        raise KeyError(published.version)
