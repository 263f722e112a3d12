"""`clerk catalogue`: what a catalogue holds and whether it is sound, without a store."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, get_args

from clerk_app.cli.catalogue_import import add_verbs
from clerk_app.cli.catalogue_options import add_catalogue_options, catalogue_of
from clerk_app.cli.hints import add_verb, read_answers
from clerk_app.domain.matter import Audience, Channel
from clerk_app.errors import NotOptional


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `catalogue` with its verbs."""
    parser = subparsers.add_parser("catalogue", help="目录：检查、合并、查找、政策提示")
    verbs = parser.add_subparsers(metavar="动作", required=True, parser_class=type(parser))
    lint = verbs.add_parser("lint", help="检查一个目录：每一处不对都写明文件、行和理由")
    lint.add_argument("path", type=Path, metavar="PATH", help="目录所在文件夹")
    lint.add_argument("--json", action="store_true")
    lint.set_defaults(run=_lint, show=_show_lint)
    merge = verbs.add_parser("merge", help="合并一件事：一张表单、一套材料、一个时限")
    add_catalogue_options(merge)
    merge.add_argument("--package", required=True, metavar="CODE", help="套餐代码，例：PK01")
    merge.add_argument("--answers", type=Path, metavar="FILE", help="情形和要素的回答，JSON：代码到回答")
    merge.add_argument("--without", nargs="+", default=[], metavar="CODE", help="群众不办的自选事项")
    merge.add_argument("--json", action="store_true")
    merge.set_defaults(run=_merge, show=_show_merge)
    sources = verbs.add_parser("sources", help="清点：哪些要素自动填上，哪些还要人填")
    add_catalogue_options(sources)
    sources.add_argument("--package", metavar="CODE", help="只看这个套餐")
    sources.add_argument("--json", action="store_true")
    sources.set_defaults(run=_sources, show=_show_sources)
    search = verbs.add_parser("search", help="按名称、拼音、首字母、代码或平常话查找")
    search.add_argument("text", metavar="TEXT", help="要找的话")
    add_catalogue_options(search)
    search.add_argument("--channel", choices=get_args(Channel), help="只看这里能办的：大厅、流动办事厅、上门")
    search.add_argument("--audience", choices=get_args(Audience), help="只看这群人的")
    search.add_argument("--json", action="store_true")
    search.set_defaults(run=_search, show=_show_search)
    add_verb(verbs)
    add_verbs(verbs)


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
        "hints": len(catalogue.hints),
        "warnings": [warning.body for warning in warnings],
    }


def _show_lint(result: dict[str, Any]) -> str:
    found = (
        f"目录 {result['version']} 没有错误：事项 {result['matters']}，套餐 {result['packages']}，"
        f"材料 {result['materials']}，要素 {result['elements']}，情形 {result['situations']}，"
        f"政策提示 {result['hints']}"
    )
    return "\n".join((*(f"请留意 {warning['text']}" for warning in result["warnings"]), found))


def _merge(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.cli.merge_report import body
    from clerk_app.domain.merge import merge

    catalogue = catalogue_of(args)
    package = catalogue.package(args.package)
    optional = {child.matter for child in package.children if child.optional}
    for code in args.without:
        if code not in optional:
            raise NotOptional(matter=code, package=package.code)
    answers = read_answers(args.answers) if args.answers else {}
    one = merge(package, catalogue.children(package), answers, optional - set(args.without))
    return {"version": catalogue.version, **body(one)}


def _show_merge(result: dict[str, Any]) -> str:
    from clerk_app.cli.merge_report import text

    return text(result)


def _sources(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.cli.sources_report import body
    from clerk_app.domain.civil import civil_date
    from clerk_app.seams import SystemClock

    return body(catalogue_of(args), civil_date(SystemClock().now_ms()), args.package)


def _show_sources(result: dict[str, Any]) -> str:
    from clerk_app.cli.sources_report import text

    return text(result)


def _search(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.catalogue.loader import SHIPPED
    from clerk_app.catalogue.readings import read_readings
    from clerk_app.seams import SystemClock
    from clerk_app.services.find import Finder

    catalogue = catalogue_of(args)
    finder = Finder(lambda: catalogue, lambda: read_readings(args.path or SHIPPED), dict)
    finder.search("")  # makes the index, which the window does once
    clock = SystemClock()
    begun = clock.monotonic()
    hits = finder.search(args.text, channel=args.channel, audience=args.audience)
    took = (clock.monotonic() - begun) * 1000
    shown = [{"code": hit.item.code, "name": hit.item.name, "kind": hit.item.kind, "score": hit.score} for hit in hits]
    return {"version": catalogue.version, "hits": shown, "ms": round(took, 3)}


def _show_search(result: dict[str, Any]) -> str:
    kinds = {"matter": "事项", "package": "套餐"}
    lines = [f"{hit['code']}  {kinds[hit['kind']]}  {hit['name']}" for hit in result["hits"]]
    return "\n".join(lines) or "没有找到：换一句平常话，或打拼音首字母"
