"""A catalogue's files as a workbook: the template to fill in, and the export of a catalogue that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from clerk_app.catalogue.workbook import layout
from clerk_app.catalogue.workbook.cells import FLAG, Value
from clerk_app.catalogue.workbook.grid import column_name
from clerk_app.catalogue.workbook.layout import NOTES, SHEETS, Column, Sheet

_WIDTH = 18
_EXPLAINED = (
    "一行一项；表头（第 1 行）不要改名，列的先后可以换，不用的列可以删。",
    "带 * 说明的列必须有。空单元格就是没有。不要合并单元格，不要用公式；号码、编码的单元格格式用文本。",
    "每次导入换一个版本号。导入前先看改了什么：clerk catalogue import 文件 --preview",
)


def write_workbook(data: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The workbook that stands for these files; for none the empty template."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook(write_only=False)
    notes = book.active
    notes.title = NOTES
    for line in _EXPLAINED:
        notes.append((line,))
    notes.append(())
    notes.append(("工作表", "列", "必须", "写什么"))
    for sheet in SHEETS:
        for column in sheet.columns:
            told = column.note or column.kind.told
            notes.append((sheet.title, column.header, "*" if column.required else "", told))
    notes.column_dimensions["D"].width = 60
    for sheet in SHEETS:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "B2"
        page.append([column.header for column in sheet.columns])
        for at in range(1, len(sheet.columns) + 1):
            page.cell(1, at).font = Font(bold=True)
            page.column_dimensions[column_name(at)].width = _WIDTH
        for number, row in enumerate(_rows_of(sheet, data), start=2):
            for at, value in enumerate(row, start=1):
                if value == "":
                    continue
                cell = page.cell(number, at)
                # Never a formula, whatever the text begins with; and no digit of a long code is lost.
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
                    cell.number_format = "@"
                    cell.alignment = Alignment(wrap_text="\n" in value, vertical="top")
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _rows_of(sheet: Sheet, data: Mapping[str, Mapping[str, Any]]) -> Iterator[list[Value]]:
    for owner, table in _tables_of(sheet, data):
        yield [_shown(column, owner if not column.key else _at(table, column.key)) for column in sheet.columns]


def _shown(column: Column, value: Any) -> Value:
    if value is None or (value is False and column.kind is not FLAG):
        return ""
    return column.kind.show(value)


def _at(table: Mapping[str, Any], key: str) -> Any:
    found: Any = table
    for step in key.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    if found is None and key == "sources" and "source" in table:
        return [table["source"]]
    return found


def _tables_of(sheet: Sheet, data: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables that the rows of a sheet stand for, each with the code of what it belongs to."""
    matters = [data[name] for name in data if name.startswith("matters/")]
    packages = [data[name] for name in data if name.startswith("packages/")]
    forms = (data[name] for name in data if name == "fields.toml" or name.startswith("fields/"))
    groups = [group for file in forms for group in file["groups"]]
    if sheet in (layout.LICENCES, layout.MATERIALS, layout.SITUATIONS, layout.HINTS):
        found = data.get(f"{sheet.fills}.toml", {}).get(sheet.fills, ())
        yield from (("", item) for item in found)
    elif sheet is layout.EDITION:
        yield from (("", data[name]) for name in data if name == "catalogue.toml")
    elif sheet is layout.TABLE_COLUMNS:
        fields = (item for group in groups for item in group["fields"])
        yield from ((item["code"], column) for item in fields for column in item.get("columns", ()))
    else:
        alone = {"matters": matters, "packages": packages, "groups": groups}
        if sheet.fills in alone:
            yield from (("", item) for item in alone[sheet.fills])
            return
        owners = {layout.FIELDS: groups, layout.RULES: [*groups, *matters], layout.CHILDREN: packages}.get(
            sheet, matters
        )
        yield from ((owner["code"], item) for owner in owners for item in owner.get(sheet.fills, ()))
