"""Whether a text holds a word but for a few mistakes (approximate substring matching)."""

from __future__ import annotations


class Mistyped:
    """A word of two letters or more as it may be mistyped: some letters wrong, missing or extra, or two swapped.

    Bit-parallel, one step for each letter of the text: the automaton of Wu and Manber (agrep, 1992).
    """

    def __init__(self, word: str, mistakes: int) -> None:
        self._mistakes = mistakes
        self._goal = 1 << (len(word) - 1)
        self._places: dict[str, int] = {}
        for at, letter in enumerate(word):
            self._places[letter] = self._places.get(letter, 0) | 1 << at
        pairs = (at for at in range(len(word) - 1) if word[at] != word[at + 1])
        self._swapped = tuple(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in pairs)

    def is_in(self, text: str) -> bool:
        """Whether some part of `text` is the word, mistyped so."""
        near = self._is_near_by_one if self._mistakes == 1 else self._is_near
        return near(text) or any(swapped in text for swapped in self._swapped)

    def _is_near_by_one(self, text: str) -> bool:
        """As `_is_near` for a single mistake, which is what most words are looked for with: half the time."""
        places, goal = self._places, self._goal
        none, one = 0, 1
        for letter in text:
            here = places.get(letter, 0)
            fresh = ((none << 1) | 1) & here
            one = (((one << 1) | 1) & here) | none | (none << 1) | (fresh << 1) | 1
            none = fresh
            if one & goal:
                return True
        return False

    def _is_near(self, text: str) -> bool:
        places, goal, mistakes = self._places, self._goal, self._mistakes
        # state[k]: bit i is set where the first i + 1 letters of the word end here with at most k mistakes.
        state = [(1 << k) - 1 for k in range(mistakes + 1)]
        for letter in text:
            here = places.get(letter, 0)
            below = state[0]
            fresh = state[0] = ((below << 1) | 1) & here
            for k in range(1, mistakes + 1):
                old = state[k]
                # the letter fits | one extra in the text | one wrong | one missing; the first k may be missing
                fresh = (((old << 1) | 1) & here) | below | (below << 1) | (fresh << 1) | ((1 << k) - 1)
                below, state[k] = old, fresh
            if fresh & goal:
                return True
        return False
