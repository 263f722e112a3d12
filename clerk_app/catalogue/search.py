"""Finding matters (事项) and packages (一件事) by what a clerk types: Chinese, pinyin, initials, code, plain words.

Pure and fast: the first hits among 20,000 matters are there within a frame (16 ms). What a desk takes in is
looked through first and stands first among equals; the rest is the same for every desk, and lies ready in a compiled
catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from clerk_app.catalogue.bits import members
from clerk_app.catalogue.listed import Listed, in_search_order
from clerk_app.catalogue.search_texts import Fit, SearchTexts, make_sets, make_texts, normal
from clerk_app.domain.matter import Audience, Channel

ENOUGH = 60
"""Hits of one grade after which a single word looks no further."""

MOST_USED = 1000
"""How many of the matters a desk takes in are looked through first: more than anybody at a desk knows."""


@dataclass(frozen=True, slots=True)
class Searchable:
    """A catalogue as the search sees it. An item's place is that in the order of the search (`in_search_order`).

    `places` gives places by code, `items` items by their places, `readings` how names sound, as far as that is known.
    """

    count: int
    texts: SearchTexts
    places: Callable[[Sequence[str]], Mapping[str, int]]
    items: Callable[[Sequence[int]], Sequence[Listed]]
    readings: Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One hit. `score` runs from 100 (the very name) down; what the desk uses often gets up to nine more."""

    item: Listed
    score: int


@dataclass(frozen=True, slots=True)
class _Tier:
    """Texts that are looked through in one go; `places` are those of their items in the whole."""

    texts: SearchTexts
    places: Sequence[int]


def searchable(items: Iterable[Listed], readings: Mapping[str, str]) -> Searchable:
    """These items, made ready in memory: about a second for 20,000."""
    ordered = in_search_order(items)
    sets = make_sets(ordered)
    places = {item.code: at for at, item in enumerate(ordered)}
    return Searchable(
        count=len(ordered),
        texts=make_texts(ordered, readings, lambda key: sets.get(key, 0)),
        places=lambda codes: {code: places[code] for code in codes if code in places},
        items=lambda wanted: [ordered[at] for at in wanted],
        readings=lambda _: readings,
    )


class SearchIndex:
    """The index of one catalogue for one desk; `uses` says how often the desk took in each code.

    Making it costs some tenths of a millisecond for each matter in use. A search changes nothing, so that one index
    serves any thread.
    """

    def __init__(self, whole: Searchable, uses: Mapping[str, int]) -> None:
        self._whole = whole
        found = {at: uses[code] for code, at in whole.places([code for code in uses if uses[code]]).items()}
        self._uses = {at: found[at] for at in sorted(found, key=lambda at: (-found[at], at))}
        everything = _Tier(whole.texts, range(whole.count))
        self._tiers = (self._used_tier(), everything) if self._uses else (everything,)

    def search(
        self, text: str, *, channel: Channel | None = None, audience: Audience | None = None, limit: int = ENOUGH
    ) -> tuple[SearchHit, ...]:
        """The best `limit` hits for `text`, best first; for a blank text every item in order of use.

        Words apart by blanks must all fit. `channel` and `audience` leave only what is offered there and to them.
        """
        wanted = self._in_menus([menu for menu in (channel, audience) if menu is not None])
        words = [word for word in map(normal, text.split()) if word]
        if not words:
            every = (at for at in self._in_order_of_use() if wanted is None or at in wanted)
            return self._hits([(at, Fit.EXACT) for at in islice(every, limit)])
        fits = self._fits(words[0], limit if len(words) == 1 and wanted is None else None)
        for word in words[1:]:
            more = self._fits(word, None)
            fits = {at: max(fit, more[at]) for at, fit in fits.items() if at in more}
        kept = ((at, fit) for at, fit in fits.items() if wanted is None or at in wanted)
        scored = ((-self._score(at, fit), order, at, fit) for order, (at, fit) in enumerate(kept))
        return self._hits([(at, fit) for _, _, at, fit in nsmallest(limit, scored)])

    def _used_tier(self) -> _Tier:
        places = tuple(islice(self._uses, MOST_USED))
        items = self._whole.items(places)
        sets = make_sets(items)
        readings = self._whole.readings([name for item in items for name in item.names])
        return _Tier(make_texts(items, readings, lambda key: sets.get(key, 0)), places)

    def _in_menus(self, menus: Sequence[str]) -> frozenset[int] | None:
        """The places of what stands in all of these menus; None without a menu."""
        if not menus:
            return None
        found = -1
        for menu in menus:
            found &= self._whole.texts.having(menu)
        return frozenset(members(found))

    def _in_order_of_use(self) -> Iterator[int]:
        yield from self._uses
        yield from (at for at in range(self._whole.count) if at not in self._uses)

    def _fits(self, word: str, enough: int | None) -> dict[int, Fit]:
        """How well `word` fits, by place. With `enough`, stop after the grade that brings as many hits."""
        fits: dict[int, Fit] = {}
        for grade in zip(*(tier.texts.grades(word) for tier in self._tiers), strict=True):
            fit = grade[0][0]
            for (_, look), tier in zip(grade, self._tiers, strict=True):
                for at in look():
                    fits.setdefault(tier.places[at], fit)
                    if enough is not None and len(fits) >= enough:
                        return fits
            if fits and fit >= Fit.SOUND_HAS:
                break  # guesses only where nothing fits
        return fits

    def _hits(self, found: Sequence[tuple[int, Fit]]) -> tuple[SearchHit, ...]:
        items = self._whole.items([at for at, _ in found])
        return tuple(SearchHit(item, self._score(at, fit)) for item, (at, fit) in zip(items, found, strict=True))

    def _score(self, at: int, fit: Fit) -> int:
        # Nine steps at most: often used beats a little better, never a hit of another kind.
        return 100 - 8 * fit + min(self._uses.get(at, 0).bit_length(), 9)
