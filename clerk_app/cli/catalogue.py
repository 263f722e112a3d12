"""`clerk catalogue`: what a catalogue holds and whether it is sound, without a store."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NoReturn

from clerk_app.errors import NotYetAvailable

_LATER = {"search": "按名称、拼音、代码查找", "import": "导入实施清单工作簿"}


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `catalogue` with its verbs."""
    parser = subparsers.add_parser("catalogue", help="目录：检查、合并")
    verbs = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    lint = verbs.add_parser("lint", help="检查一个目录：每一处不对都写明文件、行和理由")
    lint.add_argument("path", type=Path, metavar="PATH", help="目录所在文件夹")
    lint.add_argument("--json", action="store_true")
    lint.set_defaults(run=_lint, show=_show_lint)
    for verb, text in _LATER.items():
        later = verbs.add_parser(verb, help=f"{text}（本版还没有）", prefix_chars="\0", add_help=False)
        later.add_argument("rest", nargs="*")
        later.set_defaults(run=_refuse)


def _lint(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.catalogue.loader import read_catalogue

    catalogue, warnings = read_catalogue(args.path)
    return {
        "version": catalogue.version,
        "matters": len(catalogue.matters),
        "packages": len(catalogue.packages),
        "materials": len(catalogue.materials),
        "elements": sum(len(group.fields) for group in catalogue.groups),
        "situations": len(catalogue.situations),
        "warnings": [warning.body for warning in warnings],
    }


def _show_lint(result: dict[str, Any]) -> str:
    found = (
        f"目录 {result['version']} 没有错误：事项 {result['matters']}，套餐 {result['packages']}，"
        f"材料 {result['materials']}，要素 {result['elements']}，情形 {result['situations']}"
    )
    return "\n".join((*(f"请留意 {warning['text']}" for warning in result["warnings"]), found))


def _refuse(args: argparse.Namespace) -> NoReturn:
    args.json = "--json" in args.rest
    raise NotYetAvailable
