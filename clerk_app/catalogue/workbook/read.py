"""From the sheets of a workbook to the files of a catalogue, each key with the cell it was written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clerk_app.catalogue.characters import unsound
from clerk_app.catalogue.faults import Faults
from clerk_app.catalogue.files import DataFiles
from clerk_app.catalogue.tables import Place
from clerk_app.catalogue.toml_lines import Path as KeyPath
from clerk_app.catalogue.workbook import layout
from clerk_app.catalogue.workbook.cells import BadCell
from clerk_app.catalogue.workbook.grid import Cell, Grid, column_name, read_grids
from clerk_app.catalogue.workbook.layout import Column, Sheet

_HEADER_ROWS = 10


@dataclass(slots=True)
class _Thing:
    """A table being filled, and where each of its keys was written."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Place] = field(default_factory=dict)

    def put(self, key: str, value: Any, place: Place) -> None:
        *above, last = key.split(".")
        table, path = self.data, tuple(key.split("."))
        for step in above:
            table = table.setdefault(step, {})
        table[last] = value
        for length in range(1, len(path) + 1):
            self.places.setdefault(path[:length], place)

    def append(self, key: str, thing: _Thing) -> None:
        """Put `thing` at the end of the list at `key`."""
        items = self.data.setdefault(key, [])
        place = thing.places[()]
        self.places.setdefault((key,), place)
        for path, where in thing.places.items():
            self.places[(key, len(items), *path)] = where
        items.append(thing.data)


@dataclass(frozen=True, slots=True)
class _Row:
    owner: str
    place: Place
    thing: _Thing


def read_workbook(paths: Sequence[Path]) -> DataFiles:
    """The files that a workbook, or text files named after its sheets, stand for; raise `BadCatalogue`."""
    faults = Faults()
    grids = {grid.title.strip(): grid for grid in read_grids(paths, faults)}
    faults.raise_if_any()
    rows = {sheet.title: list(_rows(sheet, grids.get(sheet.title), faults)) for sheet in layout.SHEETS}
    for sheet in layout.SHEETS:
        if sheet.is_required and sheet.title not in grids:
            faults.add(paths[0].name, None, "", f"缺工作表“{sheet.title}”")
    faults.raise_if_any()
    files = _files(rows, faults)
    faults.raise_if_any()
    strangers = sorted(grids.keys() - {sheet.title for sheet in layout.SHEETS} - {layout.NOTES})
    found = {name: thing.data for name, thing in files.items()} | {f"工作表 {title}": {} for title in strangers}
    return DataFiles(found, {name: thing.places for name, thing in files.items()})


def _files(rows: Mapping[str, list[_Row]], faults: Faults) -> dict[str, _Thing]:
    edition = rows[layout.EDITION.title]
    if len(edition) != 1:
        place = edition[1].place if edition else (layout.EDITION.title, None, "")
        faults.add(place[0], place[1], "", "目录表里应正好有一行")
        return {}
    files = {"catalogue.toml": edition[0].thing}
    dictionaries = {
        "licences.toml": layout.LICENCES, "materials.toml": layout.MATERIALS, "situations.toml": layout.SITUATIONS,
        "hints.toml": layout.HINTS,
    }  # fmt: skip
    for name, sheet in dictionaries.items():
        if rows[sheet.title]:
            files[name] = _list_of(sheet, rows)
    matters = _by_code(rows[layout.MATTERS.title], "事项", faults)
    packages = _by_code(rows[layout.PACKAGES.title], "套餐", faults)
    groups = _by_code(rows[layout.GROUPS_SHEET.title], "要素组", faults)
    elements = _by_code(rows[layout.FIELDS.title], "要素", faults)
    for sheet, owners in (
        (layout.TABLE_COLUMNS, elements), (layout.FIELDS, groups), (layout.RULES, {**groups, **matters}),
        (layout.NEEDS, matters), (layout.FEES, matters), (layout.CHILDREN, packages),
    ):  # fmt: skip
        _hand_out(sheet, rows[sheet.title], owners, faults)
    fields = files["fields.toml"] = _Thing(places={(): (layout.GROUPS_SHEET.title, None, "")})
    for group in groups.values():
        fields.append("groups", group)
    files |= {f"matters/{code}.toml": thing for code, thing in matters.items()}
    files |= {f"packages/{code}.toml": thing for code, thing in packages.items()}
    return files


def _list_of(sheet: Sheet, rows: Mapping[str, list[_Row]]) -> _Thing:
    listed = _Thing(places={(): rows[sheet.title][0].place})
    for row in rows[sheet.title]:
        listed.append(sheet.fills, row.thing)
    return listed


def _by_code(rows: list[_Row], what: str, faults: Faults) -> dict[str, _Thing]:
    found: dict[str, _Thing] = {}
    for row in rows:
        code = row.thing.data["code"]
        if code in found:
            first = found[code].places[()]
            faults.add(*row.thing.places[("code",)], f"{what} {code} 重复，第一处在第 {first[1]} 行")
        found.setdefault(code, row.thing)
    return found


def _hand_out(sheet: Sheet, rows: list[_Row], owners: Mapping[str, _Thing], faults: Faults) -> None:
    """Append each row to the list of the thing it belongs to."""
    for row in rows:
        if row.owner not in owners:
            faults.add(*row.place, f"没有{sheet.owner} {row.owner}")
        else:
            owners[row.owner].append(sheet.fills, row.thing)


def _rows(sheet: Sheet, grid: Grid | None, faults: Faults) -> Iterator[_Row]:
    if grid is None:
        return
    head = _head_row(sheet, grid)
    if head is None:
        faults.add(grid.file, None, "", f"找不到表头：前 {_HEADER_ROWS} 行里应有一行写着 {' '.join(sheet.anchors)}")
        return
    columns = _columns(sheet, grid, head, faults)
    for number, cells in grid.rows.items():
        if number > head:
            row = _row(grid, number, cells, columns, faults)
            if row is not None:
                yield row


def _head_row(sheet: Sheet, grid: Grid) -> int | None:
    """The row that holds the most headers of this sheet, at least two, or all if it has one."""
    headers = {column.header for column in sheet.columns}
    counts = {
        number: len(headers & {cell.value for cell in cells.values() if isinstance(cell.value, str)})
        for number, cells in grid.rows.items()
        if number <= _HEADER_ROWS
    }
    best = max(counts, key=lambda number: counts[number], default=None)
    return best if best is not None and counts[best] >= min(2, len(headers)) else None


def _columns(sheet: Sheet, grid: Grid, head: int, faults: Faults) -> dict[int, Column]:
    known = {column.header: column for column in sheet.columns}
    columns: dict[int, Column] = {}
    for number, cell in sorted(grid.rows[head].items()):
        column = known.get(str(cell.value))
        place = (grid.file, head, f"{column_name(number)} 列")
        if cell.value is None:
            faults.add(*place, cell.fault)
        elif column is None:
            faults.add(*place, f"不认识的列“{str(cell.value)[:40]}”")
        elif column in columns.values():
            faults.add(*place, f"“{column.header}”列重复")
        else:
            columns[number] = column
    for column in sheet.columns:
        if column.required and column not in columns.values():
            faults.add(grid.file, head, "", f"缺“{column.header}”这一列")
    return columns


def _row(
    grid: Grid, number: int, cells: Mapping[int, Cell], columns: Mapping[int, Column], faults: Faults
) -> _Row | None:
    owner, owner_place, thing = "", (grid.file, number, ""), _Thing(places={(): (grid.file, number, "")})
    wrong = len(faults.found)
    for at, column in columns.items():
        place = (grid.file, number, f"{column_name(at)} 列 {column.header}")
        value = _value(cells.get(at), column, place, faults)
        if value is None:
            if column.required and at not in cells:
                faults.add(*place, "不能为空")
        elif column.key:
            thing.put(column.key, value, place)
        else:
            owner, owner_place = str(value), place
    for at in sorted(cells.keys() - columns.keys()):
        faults.add(grid.file, number, f"{column_name(at)} 列", "这一列没有表头")
    return None if len(faults.found) > wrong else _Row(owner, owner_place, thing)


def _value(cell: Cell | None, column: Column, place: Place, faults: Faults) -> Any:
    if cell is None:
        return None
    if cell.value is None:
        faults.add(*place, cell.fault)
        return None
    if isinstance(cell.value, str) and (found := unsound(cell.value)):
        faults.add(*place, f"第 {found[0] + 1} 个字：{found[1]}")
        return None
    try:
        value = column.kind.parse(cell.value)
    except BadCell as error:
        faults.add(*place, str(error))
        return None
    # 否 under 本系统打印 is no answer of its own: the key is absent then.
    return None if value == "" else value
