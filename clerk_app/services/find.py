"""Finding a matter or a package at this desk: the catalogue's search index, ordered by what the desk takes in most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.search import ENOUGH, ItemKind, SearchHit, SearchIndex, SearchItem
from clerk_app.domain.matter import Audience, Channel, Matter
from clerk_app.domain.packages import Package

Readings = Callable[[], Mapping[str, str]]
Uses = Callable[[], Mapping[str, int]]


class Finder:
    """Finds in one catalogue. `readings` tells how names sound, `uses` how often this desk took each code in.

    The index is made at the first search, which costs a moment: never on the GUI thread. Any thread may search.
    """

    def __init__(self, catalogue: Catalogue, readings: Readings, uses: Uses) -> None:
        self._catalogue = catalogue
        self._readings = readings
        self._uses = uses
        self._making = Lock()
        self._index: SearchIndex | None = None

    def search(self, text: str, *, channel: Channel | None = None, audience: Audience | None = None) -> list[SearchHit]:
        """The best hits for `text`, best first; everything for a blank one, what this desk uses most first."""
        index = self._made()
        limit = ENOUGH if text.strip() else len(index.items)
        return list(index.search(text, channel=channel, audience=audience, limit=limit))

    def matters(self, text: str, *, channel: Channel | None = None, audience: Audience | None = None) -> list[Matter]:
        """The matters among the hits."""
        hits = self.search(text, channel=channel, audience=audience)
        return [self._catalogue.matter(hit.item.code) for hit in hits if hit.item.kind == "matter"]

    def things(
        self, text: str, *, channel: Channel | None = None, audience: Audience | None = None
    ) -> list[Matter | Package]:
        """The hits themselves, matters and packages, best first."""
        hits = (hit.item for hit in self.search(text, channel=channel, audience=audience))
        catalogue = self._catalogue
        return [catalogue.matter(item.code) if item.kind == "matter" else catalogue.package(item.code) for item in hits]

    def _made(self) -> SearchIndex:
        with self._making:
            if self._index is None:
                self._index = SearchIndex(search_items(self._catalogue, self._uses()), self._readings())
            return self._index


def search_items(catalogue: Catalogue, uses: Mapping[str, int] | None = None) -> list[SearchItem]:
    """What the search knows of a catalogue, with how often each code was taken in."""
    counted = uses or {}
    packages = [_item("package", found, counted.get(found.code, 0)) for found in catalogue.packages]
    return packages + [_item("matter", found, counted.get(found.code, 0)) for found in catalogue.matters]


def _item(kind: ItemKind, found: Matter | Package, uses: int) -> SearchItem:
    return SearchItem(found.code, kind, found.name, found.aliases, found.channels, found.audiences, uses)
