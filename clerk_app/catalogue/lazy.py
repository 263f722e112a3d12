"""Sequences whose items are made when somebody asks for them, so that opening a large catalogue costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class LazyItems(Sequence[T], Generic[T]):
    """Items by code, each made once. Any thread may ask; an item that two ask for at once may be made twice, alike."""

    def __init__(self, codes: Callable[[], Sequence[str]], make: Callable[[str], T]) -> None:
        self._read_codes = codes
        self._make = make
        self._made: dict[str, T] = {}

    @cached_property
    def _codes(self) -> Mapping[str, None]:
        return dict.fromkeys(self._read_codes())

    @cached_property
    def _order(self) -> Sequence[str]:
        return tuple(self._codes)

    def by_code(self, code: str) -> T | None:
        """The item with this code, or None."""
        if code not in self._codes:
            return None
        if code not in self._made:
            self._made[code] = self._make(code)
        return self._made[code]

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return tuple(self[position] for position in range(*at.indices(len(self))))
        code = self._order[at]
        if code not in self._made:
            self._made[code] = self._make(code)
        return self._made[code]

    def __iter__(self) -> Iterator[T]:
        return (self[position] for position in range(len(self)))


class LazyWhole(Sequence[T], Generic[T]):
    """A sequence that is made as a whole by whoever touches it first."""

    def __init__(self, make: Callable[[], Sequence[T]]) -> None:
        self._make = make

    @cached_property
    def _items(self) -> Sequence[T]:
        return self._make()

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        return self._items[at]
