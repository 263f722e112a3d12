"""The sizes of type of a whole paper: ordinary, and large for whoever reads with difficulty."""

from __future__ import annotations

from dataclasses import dataclass

from printing.page import TextStyle, Weight
from printing.typeset import BODY, CELL, CELL_STRONG, NOTE, STRONG

HEADING = TextStyle(14, 20, Weight.BOLD)
TITLE = TextStyle(22, 30, Weight.BOLD)
MARK = TextStyle(12, 18, Weight.BOLD)
RUNNING = TextStyle(8.5, 12)


@dataclass(frozen=True, slots=True)
class Styles:
    """One style for each use: `running` are the lines at the head and foot of every page."""

    body: TextStyle
    strong: TextStyle
    note: TextStyle
    cell: TextStyle
    cell_strong: TextStyle
    heading: TextStyle
    title: TextStyle
    mark: TextStyle
    running: TextStyle


ORDINARY = Styles(BODY, STRONG, NOTE, CELL, CELL_STRONG, HEADING, TITLE, MARK, RUNNING)

_LARGE, _LARGE_STRONG = TextStyle(16, 25), TextStyle(16, 25, Weight.BOLD)

LARGE = Styles(
    body=_LARGE,
    strong=TextStyle(18, 28, Weight.BOLD),
    note=TextStyle(16, 23),
    cell=_LARGE,
    cell_strong=_LARGE_STRONG,
    heading=TextStyle(18, 26, Weight.BOLD),
    title=TextStyle(28, 38, Weight.BOLD),
    mark=TextStyle(16, 24, Weight.BOLD),
    running=TextStyle(16, 22),
)
"""No character below 16 pt."""
