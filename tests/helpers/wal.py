"""The write-ahead log of SQLite as far as a test must know it (sqlite.org/fileformat2.html, section 4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER, FRAME_HEADER = 32, 24


@dataclass(frozen=True)
class Frame:
    """One page in the log: where it begins in the file, and whether a transaction ends with it.

    `page` is its number in the database file, from 1.
    """

    start: int
    end: int
    page: int
    commit: bool


@dataclass(frozen=True)
class LogParts:
    """The log in three parts. `live` ends with the last commit; what follows means nothing any more."""

    live: tuple[Frame, ...]
    unfinished: tuple[Frame, ...]
    older: tuple[Frame, ...]


def parts_of(log: bytes) -> LogParts:
    """Tell apart the frames of the present round up to the last commit, those after it, and those of older rounds."""
    present, older = _rounds(log)
    last = max((number for number, frame in enumerate(present) if frame.commit), default=-1)
    return LogParts(tuple(present[: last + 1]), tuple(present[last + 1 :]), tuple(older))


def _rounds(log: bytes) -> tuple[list[Frame], list[Frame]]:
    salts = log[16:24]
    frames = list(_frames(log))
    present: list[Frame] = []
    for frame in frames:
        if log[frame.start + 8 : frame.start + 16] != salts:
            break
        present.append(frame)
    return present, frames[len(present) :]


def _frames(log: bytes) -> Iterator[Frame]:
    (page_size,) = struct.unpack(">I", log[8:12])
    size = FRAME_HEADER + page_size
    for start in range(HEADER, len(log) - size + 1, size):
        page, pages_after_commit = struct.unpack(">II", log[start : start + 8])
        yield Frame(start, start + size, page, pages_after_commit != 0)
