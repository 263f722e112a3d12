"""The texts the search looks through: names, everyday names, codes and how they sound, each kind as one long string.

Looking through 20,000 matters is then a few calls into C. Items are known by their places, and rows stand in the order
of these, so that a common word may stop early without losing the best.
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

from clerk_app.catalogue.bits import bits_of, members
from clerk_app.catalogue.listed import Listed
from clerk_app.catalogue.readings import reading_of
from clerk_app.catalogue.slips import Mistyped

Sets = Callable[[str], int]
"""The places, as bits, of the items whose names have a letter, or that stand in a menu (`hall`, `old`); 0 for none."""

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
class Rows:
    """Texts in one long string, each on a line of its own; which item each belongs to, and where it begins."""

    text: str
    owners: array[int]
    starts: array[int]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str]]) -> Rows:
        """These texts with the places of their items, empty ones left out."""
        pairs = [(owner, text) for owner, text in rows if text]
        starts, at = array("I"), 1
        for _, text in pairs:
            starts.append(at)
            at += len(text) + 1
        return cls("\n" + "".join(f"{text}\n" for _, text in pairs), array("I", (owner for owner, _ in pairs)), starts)

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


@dataclass(frozen=True, slots=True)
class Sounds:
    """Readings joined without blanks; `cased`, a string of the same length, tells where a syllable begins."""

    rows: Rows
    cased: str

    @classmethod
    def of(cls, readings: Sequence[tuple[int, str]]) -> Sounds:
        """These readings, their syllables apart by blanks, with the places of their items."""
        cased = ((owner, "".join(part[0].upper() + part[1:] for part in sound.split())) for owner, sound in readings)
        return cls(Rows.of((owner, sound.replace(" ", "")) for owner, sound in readings), Rows.of(cased).text)

    def begins_syllable(self, position: int) -> bool:
        """Whether a syllable (or a digit) begins here: `an` must not be found inside `tian`."""
        letter = self.cased[position]
        return letter.isupper() or letter.isdigit()

    def owners_of(self, needle: str) -> Iterator[int]:
        """As `Rows.owners_of`, where `needle` begins a syllable."""
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


@dataclass(frozen=True, slots=True)
class SearchTexts:
    """Everything by which some items are found, by their places. Nothing in it ever changes: any thread may look."""

    codes: Rows
    names: Rows
    aliases: Rows
    sounds: Sounds
    like: Rows
    initials: Rows
    having: Sets

    def grades(self, word: str) -> Iterator[tuple[Fit, Callable[[], Iterable[int]]]]:
        """Ways in which a word (`normal`) can fit, best first, each with what looks for the items it fits so."""
        line, names, aliases = f"\n{word}\n", self.names, self.aliases
        for rows in (self.codes, names, aliases):
            yield Fit.EXACT, partial(rows.owners_of, line)
        for rows in (self.codes, names):
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
        yield Fit.SOUND_BEGINS, partial(self.initials.owners_of, line)
        yield Fit.SOUND_BEGINS, partial(self.sounds.rows.owners_of, line)
        yield Fit.SOUND_HAS, partial(self.initials.owners_of, word)
        yield Fit.SOUND_HAS, partial(self.sounds.owners_of, word)
        if len(word) > 2:
            yield Fit.MIXED_SOUND, lambda: self.sounds.mixed(word)
            yield Fit.LIKE_SOUND, partial(self.like.owners_of, _fuzzy(word))
        if len(word) > 3:
            yield Fit.TYPO, lambda: _mistyped(self.sounds.rows, word)

    def _character_grades(self, word: str) -> Iterator[tuple[Fit, Callable[[], Iterable[int]]]]:
        yield Fit.CHARACTERS, lambda: members(self._with_all(word))
        yield Fit.LIKE_SOUND, partial(self.sounds.owners_of, reading_of(word).replace(" ", ""))
        if len(word) > 3:  # two characters of three are in too many names
            yield Fit.TYPO, lambda: members(self._with_all_but_one(word))

    def _with_all(self, word: str) -> int:
        """The items whose names hold every character of `word`, in any order, as bits."""
        found = -1
        for letter in set(word):
            found &= self.having(letter)
        return found if word else 0

    def _with_all_but_one(self, word: str) -> int:
        found = 0
        for left_out in range(len(word)):
            found |= self._with_all(word[:left_out] + word[left_out + 1 :])
        return found


def make_texts(items: Sequence[Listed], readings: Mapping[str, str], having: Sets) -> SearchTexts:
    """The texts of these items, in their order; a name without a reading is read now."""
    names = [(at, item.name) for at, item in enumerate(items)]
    # An item's first everyday names are the ones it is meant by.
    ranked = sorted((place, at) for at, item in enumerate(items) for place in range(len(item.aliases)))
    aliases = [(at, items[at].aliases[place]) for place, at in ranked]
    sounds = [(at, _sound(name, readings)) for at, name in (*names, *aliases)]
    return SearchTexts(
        codes=Rows.of((at, item.code.casefold()) for at, item in enumerate(items)),
        names=Rows.of((at, normal(name)) for at, name in names),
        aliases=Rows.of((at, normal(name)) for at, name in aliases),
        sounds=Sounds.of(sounds),
        like=Rows.of((at, _fuzzy(sound.replace(" ", ""))) for at, sound in sounds),
        initials=Rows.of((at, "".join(part[0] for part in sound.split())) for at, sound in sounds),
        having=having,
    )


def make_sets(items: Iterable[Listed]) -> dict[str, int]:
    """What `Sets` is made of: a letter is one character, a menu has more."""
    places: dict[str, set[int]] = {}
    for at, item in enumerate(items):
        letters = {letter for name in item.names for letter in normal(name)}
        for key in (*letters, *item.channels, *item.audiences):
            places.setdefault(key, set()).add(at)
    return {key: bits_of(found) for key, found in places.items()}


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


def _mistyped(rows: Rows, word: str) -> Iterator[int]:
    """Items whose reading holds `word` with one letter wrong, missing, doubled or swapped; two in a long word.

    With k mistakes one of k + 1 pieces of the word is still whole, so that only rows with such a piece are looked at,
    and of these only what stands around it. A single mistake breaks both pieces only where it swaps their neighbours.
    """
    mistakes = 2 if len(word) > 9 else 1
    size = -(-len(word) // (mistakes + 1))
    if mistakes == 1:
        yield from rows.owners_of(f"{word[: size - 1]}{word[size]}{word[size - 1]}{word[size + 1 :]}")
    pieces = [(at, word[at : at + size]) for at in range(0, len(word), size)]
    mistyped = Mistyped(word, mistakes)
    looked = 0
    for at, piece in sorted(pieces, key=lambda pair: -len(pair[1])):
        before, after = at + mistakes, len(word) - at + mistakes
        known: dict[str, bool] = {}
        for owner, position in rows.found(piece):
            row = rows.row_at(position)
            if row not in known:
                known[row] = any(map(mistyped.is_in, _around(piece, row, before, after)))
                looked += 1
            if known[row]:
                yield owner
            if looked >= _TYPO_CANDIDATES:
                return


def _around(piece: str, row: str, before: int, after: int) -> Iterator[str]:
    """Every place of `row` that holds `piece`, with so many letters before its beginning and from it on."""
    at = row.find(piece)
    while at >= 0:
        yield row[max(0, at - before) : at + after]
        at = row.find(piece, at + 1)
