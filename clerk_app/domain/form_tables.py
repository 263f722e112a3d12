"""Tables (表格) of a form: the rows of an element of several columns, as text in one canonical form.

The value of a table element is a JSON list of objects: one object a row, its cells by the keys of the columns in their
order, texts only. An empty cell is left out, and so is a row without any cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType

from clerk_app.domain.elements import Column

Row = Mapping[str, str]
_NO_ROW: Row = MappingProxyType({})


def table_rows(text: str) -> tuple[Row, ...]:
    """The rows of a table element; empty for anything that is no table."""
    rows = read_rows(text)
    return () if rows is None else rows


def read_rows(text: str) -> tuple[Row, ...] | None:
    """The rows of a table element, none for an empty text; None for what is no list of rows of texts."""
    try:
        rows = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    if not all(isinstance(cell, str) for row in rows for cell in row.values()):
        return None
    return tuple(rows)


def table_text(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    """The canonical text of these rows; empty without a row. What belongs to no column falls away."""
    kept = [{column.key: cell for column in columns if (cell := row.get(column.key, "").strip())} for row in rows]
    kept = [row for row in kept if row]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else ""


def keeps(rows: Sequence[Row], said: Sequence[Row]) -> bool:
    """Whether `rows` still say, each at its place, all that `said` says: cells and rows may be added only."""
    pairs = zip_longest(rows[: len(said)], said, fillvalue=_NO_ROW)
    return all(row.get(key, "") == cell for row, from_source in pairs for key, cell in from_source.items())


def filled_columns(columns: Sequence[Column], rows: Sequence[Row], said: Sequence[Row]) -> int:
    """How many columns the source filled in every row and nobody changed; 0 of a table without rows."""
    pairs = list(zip_longest(rows, said[: len(rows)], fillvalue=_NO_ROW))
    return sum(
        bool(pairs) and all(from_source.get(column.key, "") == row.get(column.key) for row, from_source in pairs)
        for column in columns
    )
