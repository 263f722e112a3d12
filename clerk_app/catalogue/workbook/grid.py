"""Sheets as rows of cells, from a workbook file or from text files; what no cell may hold is a fault with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from clerk_app.catalogue.faults import Faults
from clerk_app.catalogue.workbook.cells import Value
from clerk_app.catalogue.workbook.text_files import read_rows

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_BYTES = 32 << 20
MOST_UNPACKED = 256 << 20
MOST_PARTS = 2_000
MOST_ROWS = 100_000
MOST_COLUMNS = 200
TEXT_SUFFIXES = (".csv", ".txt")
_MOST_DIGITS = 10**15
"""From here on a sheet's number has lost digits."""

_ERRORS = re.compile(r"#(?:REF|N/A|VALUE|DIV/0|NAME\?|NULL|NUM)!?")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, or None with the reason why it cannot be used."""

    value: Value | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet: where it is from, and its rows from 1. Cells that hold nothing are absent."""

    file: str
    title: str
    rows: dict[int, dict[int, Cell]]


def column_name(number: int) -> str:
    """A, B, … Z, AA, … as a sheet names its columns (from 1)."""
    name = ""
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(65 + letter) + name
    return name


def read_grids(paths: Sequence[Path], faults: Faults) -> list[Grid]:
    """The sheets in a workbook, or in text files: each of these is the sheet that its name says."""
    grids: list[Grid] = []
    for path in _files(paths, faults):
        content = _content(path, faults)
        if content is None:
            continue
        if path.suffix.casefold() in TEXT_SUFFIXES:
            grids.append(Grid(path.name, path.stem, _text_cells(read_rows(path.name, content, faults))))
        else:
            grids.extend(_workbook(path.name, content, faults))
    return grids


def _files(paths: Sequence[Path], faults: Faults) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(item for item in path.iterdir() if item.suffix.casefold() in TEXT_SUFFIXES)
        if not found:
            faults.add(path.name, None, "", "文件夹里没有 CSV 或 TXT 文件")
        yield from found


def _content(path: Path, faults: Faults) -> bytes | None:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            faults.add(path.name, None, "", f"文件太大（{size >> 20} MB），最多 {MOST_BYTES >> 20} MB")
            return None
        content = path.read_bytes()
    except OSError:
        faults.add(path.name, None, "", "打不开这个文件")
        return None
    if not content:
        faults.add(path.name, None, "", "是空文件")
        return None
    return content


def _text_cells(rows: list[list[str]]) -> dict[int, dict[int, Cell]]:
    cells = {
        row: {column: Cell(text.strip()) for column, text in enumerate(texts, start=1) if text.strip()}
        for row, texts in enumerate(rows, start=1)
    }
    return {row: found for row, found in cells.items() if found}


def _workbook(name: str, content: bytes, faults: Faults) -> list[Grid]:
    if reason := _unsafe(content):
        faults.add(name, None, "", reason)
        return []
    # A quarter of a second, for the one who imports only.
    from openpyxl import load_workbook

    try:
        with closing(load_workbook(BytesIO(content), data_only=False, keep_links=False, rich_text=False)) as book:
            grids = (_sheet(name, sheet, faults) for sheet in book.worksheets)
            return [grid for grid in grids if grid is not None]
    except Exception:
        faults.add(name, None, "", "工作簿坏了，读不出来：请在表格软件里打开后另存为 xlsx")
        return []


def _unsafe(content: bytes) -> str:
    """Why a file is not opened as a workbook at all; empty if it may be."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "是旧格式 xls 或加了密码的文件：请去掉密码，另存为 xlsx"
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                return "不是 xlsx 工作簿"
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                return f"解开后太大，最多 {MOST_UNPACKED >> 20} MB：请删掉图片和多余的工作表"
            for part in parts:
                with archive.open(part) as file:
                    if b"<!" in file.read(1024).replace(b"<!--", b""):
                        return "工作簿里有外部定义，不安全：请在表格软件里另存为 xlsx"
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return "不是 xlsx 工作簿，或者文件坏了"
    return ""


def _sheet(name: str, sheet: Worksheet, faults: Faults) -> Grid | None:
    file = f"{name} {sheet.title}"
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        faults.add(file, None, "", f"太大：最多 {MOST_ROWS} 行、{MOST_COLUMNS} 列，请删掉表格以外的空行空列")
        return None
    rows: dict[int, dict[int, Cell]] = {}
    for row in sheet.iter_rows():
        for cell in row:
            found = _cell(cell)
            if found is not None:
                rows.setdefault(cell.row, {})[cell.column] = found
    for merged in sheet.merged_cells.ranges:
        for row_number, column in merged.cells:
            fault = Cell(None, f"在合并的单元格 {merged.coord} 里：请取消合并，每一行都写")
            rows.setdefault(row_number, {})[column] = fault
    return Grid(file, sheet.title, dict(sorted(rows.items())))


def _cell(cell: Any) -> Cell | None:
    value = cell.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if cell.data_type == "f":
        return Cell(None, "是公式：请复制后“选择性粘贴”为数值")
    if cell.data_type == "e" or (isinstance(value, str) and _ERRORS.fullmatch(value.strip())):
        return Cell(None, f"是错误值 {value}")
    if isinstance(value, bool):
        return Cell(value)
    if isinstance(value, int | float):
        if abs(value) >= _MOST_DIGITS:
            return Cell(None, "是数字，后面的位数已经丢了：请把单元格格式改为文本，重新输入")
        return Cell(int(value)) if value == int(value) else Cell(repr(value))
    if isinstance(value, str):
        return Cell(value.strip())
    return Cell(None, "是日期：请把单元格格式改为文本，重新输入")
