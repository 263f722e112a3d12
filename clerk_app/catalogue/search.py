"""Finding matters (事项) and packages (一件事) by what a clerk types: Chinese, pinyin, initials, code, plain words.

Pure and fast: all rows of one kind lie in one long string, so that looking through 20,000 matters is a few calls into C
and the first hits are there within a frame (16 ms). Rows are in the order in which equal hits are shown (what this desk
uses most first, then short names), so a common word may stop early without losing the best.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from heapq import nsmallest
from typing import Literal

from clerk_app.catalogue.bits import members
from clerk_app.catalogue.readings import reading_of
from clerk_app.catalogue.slips import Mistyped
from clerk_app.domain.matter import Audience, Channel

ItemKind = Literal["matter", "package"]

ENOUGH = 60
"""Hits of one grade after which a single word looks no further."""

_TYPO_CANDIDATES = 200
_LATIN = re.compile(r"[a-z0-9]+")
_FUZZY = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


class Fit(IntEnum):
    """How well a word fits an item, best first."""

    EXACT = 0
    NAME_BEGINS = 1
    ALIAS_BEGINS = 2
    NAME_HAS = 3
    ALIAS_HAS = 4
    SOUND_BEGINS = 5
    SOUND_HAS = 6
    CHARACTERS = 7
    MIXED_SOUND = 8
    LIKE_SOUND = 9
    TYPO = 10


@dataclass(frozen=True, slots=True)
class SearchItem:
    """What the search knows of a matter or a package. `uses`: how often this desk took it in lately."""

    code: str
    kind: ItemKind
    name: str
    aliases: tuple[str, ...]
    channels: tuple[Channel, ...]
    audiences: tuple[Audience, ...]
    uses: int = 0


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One hit. `score` runs from 100 (the very name) down; what the desk uses often gets up to nine more."""

    item: SearchItem
    score: int


class _Rows:
    """Texts in one long string, each on a line of its own, and which item each belongs to."""

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        pairs = [(owner, text) for owner, text in rows if text]
        self.text = "\n" + "".join(f"{text}\n" for _, text in pairs)
        self.owners = array("I", (owner for owner, _ in pairs))
        self.starts = array("I")
        at = 1
        for _, text in pairs:
            self.starts.append(at)
            at += len(text) + 1

    def owner_at(self, position: int) -> int:
        """The item whose row holds this position."""
        return self.owners[bisect_right(self.starts, position) - 1]

    def found(self, needle: str) -> Iterator[tuple[int, int]]:
        """(owner, position) of the first place in each row that holds `needle`."""
        text, at = self.text, self.text.find(needle)
        while at >= 0:
            row = at + 1 if needle[0] == "\n" else at
            yield self.owner_at(row), row
            at = text.find(needle, text.find("\n", row))

    def owners_of(self, needle: str) -> Iterator[int]:
        """The items with a row that holds `needle`."""
        return (owner for owner, _ in self.found(needle))

    def row_at(self, position: int) -> str:
        """The whole row around a position."""
        start = self.starts[bisect_right(self.starts, position) - 1]
        return self.text[start : self.text.find("\n", start)]


class _Sounds:
    """Readings joined without blanks; a second string of the same length tells where a syllable begins."""

    def __init__(self, readings: Sequence[tuple[int, str]]) -> None:
        self.rows = _Rows((owner, sound.replace(" ", "")) for owner, sound in readings)
        cased = _Rows(
            (owner, "".join(part[0].upper() + part[1:] for part in sound.split())) for owner, sound in readings
        )
        self.cased = cased.text

    def begins_syllable(self, position: int) -> bool:
        """Whether a syllable (or a digit) begins here: `an` must not be found inside `tian`."""
        letter = self.cased[position]
        return letter.isupper() or letter.isdigit()

    def owners_of(self, needle: str) -> Iterator[int]:
        """As `_Rows.owners_of`, where `needle` begins a syllable."""
        text, rows = self.rows.text, self.rows
        at = text.find(needle)
        while at >= 0:
            if self.begins_syllable(at):
                yield rows.owner_at(at)
                at = text.find(needle, text.find("\n", at))
            else:
                at = text.find(needle, at + 1)

    def mixed(self, needle: str) -> Iterator[int]:
        """Owners in which `needle` runs over neighbouring syllables, each typed in part: `juzzheng` for 居住证."""
        more = "".join(f"(?:{letter}|[a-zü]*{letter.upper()})" for letter in needle[1:])
        for match in re.finditer(needle[0].upper() + more, self.cased):
            yield self.rows.owner_at(match.start())


class SearchIndex:
    """The index of one catalogue for one desk.

    Building it for 20,000 matters takes about a second; a search changes nothing, so that one index serves any thread.
    """

    def __init__(self, items: Iterable[SearchItem], readings: Mapping[str, str]) -> None:
        self.items = tuple(sorted(items, key=lambda item: (-item.uses, item.kind, len(item.name), item.code)))
        names = [(at, item.name) for at, item in enumerate(self.items)]
        # An item's first everyday names are the ones it is meant by.
        ranked = sorted((place, at) for at, item in enumerate(self.items) for place in range(len(item.aliases)))
        aliases = [(at, self.items[at].aliases[place]) for place, at in ranked]
        named, aliased = ([(at, normal(name)) for at, name in rows] for rows in (names, aliases))
        self._codes = _Rows((at, item.code.casefold()) for at, item in enumerate(self.items))
        self._names = _Rows(named)
        self._aliases = _Rows(aliased)
        sounds = [(at, _sound(name, readings)) for at, name in (*names, *aliases)]
        self._sounds = _Sounds(sounds)
        self._like = _Rows((at, _fuzzy(sound.replace(" ", ""))) for at, sound in sounds)
        self._initials = _Rows((at, "".join(part[0] for part in sound.split())) for at, sound in sounds)
        self._having = _having((*named, *aliased))

    def search(
        self, text: str, *, channel: Channel | None = None, audience: Audience | None = None, limit: int = ENOUGH
    ) -> tuple[SearchHit, ...]:
        """The best `limit` hits for `text`, best first; for a blank text every item in order of use.

        Words apart by blanks must all fit. `channel` and `audience` leave only what is offered there and to them.
        """
        words = [normal(word) for word in text.split()]
        words = [word for word in words if word]
        wanted = _filter(channel, audience)
        if not words:
            every = (SearchHit(item, _score(item, Fit.EXACT)) for item in self.items if wanted(item))
            return tuple(hit for hit, _ in zip(every, range(limit), strict=False))
        enough = limit if len(words) == 1 and channel is None and audience is None else None
        fits = self._fits(words[0], enough)
        for word in words[1:]:
            more = self._fits(word, None)
            fits = {at: max(fit, more[at]) for at, fit in fits.items() if at in more}
        kept = ((at, fit) for at, fit in fits.items() if wanted(self.items[at]))
        scored = ((-_score(self.items[at], fit), order, at) for order, (at, fit) in enumerate(kept))
        return tuple(SearchHit(self.items[at], -score) for score, _, at in nsmallest(limit, scored))

    def _fits(self, word: str, enough: int | None) -> dict[int, Fit]:
        """How well `word` fits, by item. With `enough`, stop after the grade that brings as many hits."""
        fits: dict[int, Fit] = {}
        for fit, look in self._grades(word):
            for at in look():
                fits.setdefault(at, fit)
                if enough is not None and len(fits) >= enough:
                    return fits
            if fits and fit >= Fit.SOUND_HAS:
                break  # guesses only where nothing fits
        return fits

    def _grades(self, word: str) -> Iterator[tuple[Fit, Callable[[], Iterable[int]]]]:
        line, names, aliases = f"\n{word}\n", self._names, self._aliases
        for rows in (self._codes, names, aliases):
            yield Fit.EXACT, partial(rows.owners_of, line)
        for rows in (self._codes, names):
            yield Fit.NAME_BEGINS, partial(rows.owners_of, f"\n{word}")
        yield Fit.ALIAS_BEGINS, partial(aliases.owners_of, f"\n{word}")
        yield Fit.NAME_HAS, partial(names.owners_of, word)
        yield Fit.ALIAS_HAS, partial(aliases.owners_of, word)
        if _LATIN.fullmatch(word):
            yield from self._sound_grades(word)
        else:
            yield from self._character_grades(word)

    def _sound_grades(self, word: str) -> Iterator[tuple[Fit, Callable[[], Iterable[int]]]]:
        line = f"\n{word}"
        yield Fit.SOUND_BEGINS, partial(self._initials.owners_of, line)
        yield Fit.SOUND_BEGINS, partial(self._sounds.rows.owners_of, line)
        yield Fit.SOUND_HAS, partial(self._initials.owners_of, word)
        yield Fit.SOUND_HAS, partial(self._sounds.owners_of, word)
        if len(word) > 2:
            yield Fit.MIXED_SOUND, lambda: self._sounds.mixed(word)
            yield Fit.LIKE_SOUND, partial(self._like.owners_of, _fuzzy(word))
        if len(word) > 3:
            yield Fit.TYPO, lambda: _mistyped(self._sounds.rows, word)

    def _character_grades(self, word: str) -> Iterator[tuple[Fit, Callable[[], Iterable[int]]]]:
        yield Fit.CHARACTERS, lambda: members(self._with_all(word))
        yield Fit.LIKE_SOUND, partial(self._sounds.owners_of, reading_of(word).replace(" ", ""))
        if len(word) > 3:  # two characters of three are in too many names
            yield Fit.TYPO, lambda: members(self._with_all_but_one(word))

    def _with_all(self, word: str) -> int:
        """The items whose names hold every character of `word`, in any order, as bits."""
        found = -1
        for letter in set(word):
            found &= self._having.get(letter, 0)
        return found if word else 0

    def _with_all_but_one(self, word: str) -> int:
        found = 0
        for left_out in range(len(word)):
            found |= self._with_all(word[:left_out] + word[left_out + 1 :])
        return found


def normal(text: str) -> str:
    """Text as it is compared: full-width forms made narrow, lower case, without blanks and marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _sound(name: str, readings: Mapping[str, str]) -> str:
    sound = readings.get(name)
    if sound is None:
        sound = name if name.isascii() else reading_of(name)
    parts = ("".join(letter for letter in part if letter.isalnum()) for part in sound.casefold().split())
    return " ".join(part for part in parts if part)


def _fuzzy(sound: str) -> str:
    """Sounds that many speakers do not keep apart, made one: zh z, ch c, sh s, ang an, eng en, ing in."""
    for full, plain in _FUZZY:
        sound = sound.replace(full, plain)
    return sound


def _having(rows: Iterable[tuple[int, str]]) -> dict[str, int]:
    """For each character the items that have it, as the bits of one number."""
    owners: dict[str, set[int]] = {}
    for at, text in rows:
        for letter in set(text):
            owners.setdefault(letter, set()).add(at)
    return {letter: _bits(found) for letter, found in owners.items()}


def _bits(places: set[int]) -> int:
    octets = bytearray(max(places) // 8 + 1)
    for at in places:
        octets[at >> 3] |= 1 << (at & 7)
    return int.from_bytes(octets, "little")


def _mistyped(rows: _Rows, word: str) -> Iterator[int]:
    """Items whose reading holds `word` with one letter wrong, missing, doubled or swapped; two in a long word.

    With k mistakes one of k + 1 pieces of the word is still whole, so that only rows with such a piece are looked at.
    """
    mistakes = 2 if len(word) > 9 else 1
    size = -(-len(word) // (mistakes + 1))
    pieces = sorted((word[at : at + size] for at in range(0, len(word), size)), key=len, reverse=True)
    mistyped = Mistyped(word, mistakes)
    seen: set[str] = set()
    for piece in pieces:
        for owner, position in rows.found(piece):
            row = rows.row_at(position)
            if row not in seen:
                seen.add(row)
                if mistyped.is_in(row):
                    yield owner
            if len(seen) >= _TYPO_CANDIDATES:
                return


def _filter(channel: Channel | None, audience: Audience | None) -> Callable[[SearchItem], bool]:
    def wanted(item: SearchItem) -> bool:
        return (channel is None or channel in item.channels) and (audience is None or audience in item.audiences)

    return wanted


def _score(item: SearchItem, fit: Fit) -> int:
    # Nine steps at most: often used beats a little better, never a hit of another kind.
    return 100 - 8 * fit + min(item.uses.bit_length(), 9)
