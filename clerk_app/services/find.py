"""Finding a matter or a package at this desk: the catalogue's search index, ordered by what the desk takes in most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.search import ENOUGH, SearchHit, SearchIndex
from clerk_app.domain.matter import Audience, Channel, Matter
from clerk_app.domain.packages import Package

Readings = Callable[[], Mapping[str, str]]
Uses = Callable[[], Mapping[str, int]]


MOST_LISTED = 500
"""How many a blank search lists: more than anybody reads, and few enough to be opened at once."""


class Finder:
    """Finds in the catalogue in force. `uses` tells how often each code was taken in here.

    The index is opened at the first search in a catalogue, or made with the `readings` of its names where the catalogue
    has none, which costs a moment: never on the GUI thread. Any thread may search.
    """

    def __init__(self, catalogue: Callable[[], Catalogue], readings: Readings, uses: Uses) -> None:
        self._catalogue = catalogue
        self._readings = readings
        self._uses = uses
        self._making = Lock()
        self._made: tuple[Catalogue, SearchIndex] | None = None

    def search(self, text: str, *, channel: Channel | None = None, audience: Audience | None = None) -> list[SearchHit]:
        """The best hits for `text`, best first; for a blank one what this desk uses most, `MOST_LISTED` at most."""
        return self._search(text, channel, audience)[1]

    def matters(self, text: str, *, channel: Channel | None = None, audience: Audience | None = None) -> list[Matter]:
        """The matters among the hits."""
        catalogue, hits = self._search(text, channel, audience)
        return [catalogue.matter(hit.item.code) for hit in hits if hit.item.kind == "matter"]

    def things(
        self, text: str, *, channel: Channel | None = None, audience: Audience | None = None
    ) -> list[Matter | Package]:
        """The hits themselves, matters and packages, best first."""
        catalogue, found = self._search(text, channel, audience)
        hits = [hit.item for hit in found]
        return [catalogue.matter(item.code) if item.kind == "matter" else catalogue.package(item.code) for item in hits]

    def _search(
        self, text: str, channel: Channel | None, audience: Audience | None
    ) -> tuple[Catalogue, list[SearchHit]]:
        catalogue, index = self._index()
        limit = ENOUGH if text.strip() else MOST_LISTED
        return catalogue, list(index.search(text, channel=channel, audience=audience, limit=limit))

    def _index(self) -> tuple[Catalogue, SearchIndex]:
        catalogue = self._catalogue()
        with self._making:
            if self._made is None or self._made[0] is not catalogue:
                index = SearchIndex(catalogue.searchable(self._readings), self._uses())
                self._made = catalogue, index
            return self._made
