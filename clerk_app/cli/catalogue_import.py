"""`clerk catalogue import`, `export` and `template`: a hall's own catalogue from a workbook and into one."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clerk_app.cli.catalogue_options import add_catalogue_options, data_of


def add_verbs(verbs: argparse._SubParsersAction[Any]) -> None:
    """Add the three verbs."""
    add = verbs.add_parser("import", help="导入实施清单：工作簿，或按工作表命名的 CSV、TXT 文件")
    add.add_argument("files", type=Path, nargs="+", metavar="FILE", help="xlsx，或 CSV、TXT（可以是文件夹）")
    add.add_argument("--preview", action="store_true", help="只看会改什么，不导入")
    add.add_argument("--data", type=Path, help="本机记录所在文件夹")
    add.add_argument("--json", action="store_true")
    add.set_defaults(run=_import, show=_show_import)
    export = verbs.add_parser("export", help="把目录写成工作簿，改好后可再导入")
    export.add_argument("file", type=Path, metavar="FILE", help="写到这个 xlsx 文件")
    add_catalogue_options(export)
    export.add_argument("--json", action="store_true")
    export.set_defaults(run=_export, show=_show_written)
    template = verbs.add_parser("template", help="写一个空的工作簿模板，每一列都有说明")
    template.add_argument("file", type=Path, metavar="FILE", help="写到这个 xlsx 文件")
    template.add_argument("--json", action="store_true")
    template.set_defaults(run=_template, show=_show_written)


def _import(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import make_shelf
    from clerk_app.catalogue.changes import changes
    from clerk_app.catalogue.files import FolderFiles
    from clerk_app.catalogue.loader import SHIPPED, read_files
    from clerk_app.catalogue.workbook.read import read_workbook
    from clerk_app.cli.store_options import data_folder
    from clerk_app.store.faults import storage_faults
    from clerk_app.store.folder import own_folder

    folder = data_folder(args)
    reading = read_files(read_workbook(args.files))
    with storage_faults():
        shelf = make_shelf(folder)
        old = shelf.data() or read_files(FolderFiles(SHIPPED)).data
    found = changes(old, reading.data)
    if not args.preview:
        folder.require_store()
        owner = own_folder(folder)
        try:
            with storage_faults():
                shelf.put(reading, "imported")
        finally:
            owner.release()
    return {
        "version": reading.catalogue.version,
        "imported": not args.preview,
        "changes": [change.body | {"text": change.text} for change in found],
        "warnings": [warning.body for warning in reading.warnings],
    }


def _show_import(result: dict[str, Any]) -> str:
    kinds = [change["kind"] for change in result["changes"]]
    counted = f"新增 {kinds.count('added')}，修改 {kinds.count('changed')}，删除 {kinds.count('removed')}"
    if result["imported"]:
        verdict = f"已导入目录 {result['version']} 版：{counted}。新办的事项从现在起用这一版，已开始的仍用原来的。"
    else:
        verdict = f"目录 {result['version']} 版可以导入：{counted}。还没有导入，现在用的目录没有变。"
    lines = [*(change["text"] for change in result["changes"])] if not result["imported"] else []
    return "\n".join((*lines, *(f"请留意 {warning['text']}" for warning in result["warnings"]), verdict))


def _export(args: argparse.Namespace) -> dict[str, Any]:
    return _write_workbook(args.file, data_of(args))


def _template(args: argparse.Namespace) -> dict[str, Any]:
    return _write_workbook(args.file, {})


def _write_workbook(file: Path, data: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    from clerk_app.catalogue.workbook.write import write_workbook
    from clerk_app.seams import SystemDisk
    from clerk_app.store.faults import storage_faults

    with storage_faults():
        SystemDisk().replace(file, write_workbook(data))
    return {"file": str(file)}


def _show_written(result: dict[str, Any]) -> str:
    return f"已写好 {result['file']}"
