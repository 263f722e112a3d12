"""`clerk case list`, `show`, `find`, `supply` and `clerk document`: cases looked at, completed and printed again."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from clerk_app.cli.store_options import add_store_options, clerk_number, data_folder, password, warn
from clerk_app.domain.case_number import HALL, grouped
from clerk_app.domain.case_state import STATE_LABELS, CaseState
from clerk_app.domain.civil import short_time
from clerk_app.domain.identity import DocumentKind
from clerk_app.domain.notices import AppealFormKind, NoticeKind
from clerk_app.domain.one_time_notice import OneTimeKind
from clerk_app.domain.results import read_pair
from clerk_app.errors import BadFile
from clerk_app.services.result_data import HELP_ARGUMENT, HELP_FILE, result_data
from clerk_app.services.rows import CaseFilter, CaseRow, ChildRow

_DOCUMENTS = get_args(DocumentKind)
_KINDS = (*get_args(NoticeKind), *get_args(OneTimeKind), *get_args(AppealFormKind))


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `case` and `document`."""
    case = subparsers.add_parser("case", help="查看办件")
    verbs = case.add_subparsers(metavar="动作", required=True)
    listing = verbs.add_parser("list", help="办件列表")
    listing.add_argument("--find", default="", help="编号、姓名或事项")
    listing.add_argument("--owed", action="store_true", help="只看容缺待补和告知承诺，到期的在前")
    listing.set_defaults(run=_list, show=_show_list)
    show = verbs.add_parser("show", help="一个办件和它的经过")
    show.add_argument("number", help="办件编号")
    show.add_argument("--fetch", action="store_true", help="本机没有时，从平台调取别的窗口的办件（有记录）")
    show.set_defaults(run=_show, show=_show_case)
    find = verbs.add_parser("find", help="按证件号码向平台查办件（有记录）；号码从标准输入读一行")
    find.add_argument("--document", choices=_DOCUMENTS, default="resident_id", help="证件种类")
    find.set_defaults(run=_find, show=_show_found)
    supply = verbs.add_parser("supply", help="登记补交的容缺材料")
    supply.add_argument("number", help="办件编号")
    supply.add_argument("--material", required=True, help="材料编码，例如 M17")
    supply.add_argument("--pages", type=int, default=1, help="页数")
    supply.add_argument("--scan", type=Path, action="append", default=[], help="扫描件，PDF 或图片，可以写几次")
    supply.set_defaults(run=_supply, show=lambda result: f"已登记补交：{result['name']}。")
    result = verbs.add_parser("result", help="登记办成的结果：证照编号，和别的事项等着用的内容")
    result.add_argument("number", help="办件编号；一件事写子办件的 24 位编号")
    result.add_argument("--document", default="", help="结果证照的名称；不写就用目录里的")
    result.add_argument("--number", dest="document_number", default="", help="结果证照的编号")
    result.add_argument("--brings", nargs="+", default=[], metavar="KEY=VALUE", type=_pair, help=HELP_ARGUMENT)
    result.add_argument("--brings-file", metavar="FILE", help=HELP_FILE)
    result.add_argument("--correct", action="store_true", help="更正已经登记的结果")
    result.set_defaults(run=_result, show=lambda result: f"已登记结果：{result['document']} {result['number']}")
    document = subparsers.add_parser("document", help="重新生成一份文书（标明补打）")
    document.add_argument("kind", choices=_KINDS)
    document.add_argument("--case", required=True, dest="number", help="办件编号、告知书编号或办不成事登记号")
    document.add_argument("--out", required=True, type=Path, help="PDF 文件")
    document.set_defaults(run=_document, show=lambda result: f"已生成 {result['out']}。")
    for parser in (listing, show, find, supply, result, document):
        add_store_options(parser)
        parser.add_argument("--json", action="store_true")


def _list(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import open_for_reading

    kind: CaseFilter = "owed" if args.owed else "all"
    with open_for_reading(data_folder(args), clerk_number(args), password(args)) as store:
        warn(store)
        return {"cases": [asdict(row) for row in store.reads.cases(text=args.find, kind=kind)]}


def _show(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import make_desk, open_for_reading
    from clerk_app.services.cases import show_case

    if args.fetch:
        return _fetch(args)
    with open_for_reading(data_folder(args), clerk_number(args), password(args)) as store:
        warn(store)
        return asdict(show_case(make_desk(store), args.number))


def _fetch(args: argparse.Namespace) -> dict[str, Any]:
    """Show a case, taken up from the platform if it is not here; the look-up belongs to a session of its own."""
    from clerk_app.bootstrap import case_directory, clerk_name, make_desk, open_for_writing
    from clerk_app.services.cases import show_case
    from clerk_app.services.look_up import find_case, follow_case
    from clerk_app.services.sign_in import sign_in, sign_out

    folder, clerk = data_folder(args), clerk_number(args)
    with open_for_writing(folder, clerk, password(args)) as store:
        desk = make_desk(store, directory=case_directory(store))
        stream = find_case(desk, args.number)
        if stream is None:
            me = sign_in(desk, clerk=clerk, name=clerk_name(folder, clerk), seal_at_hand=False)
            try:
                stream = follow_case(desk, me, args.number)
            finally:
                sign_out(desk, me)
        return asdict(show_case(desk, stream.partition("/")[2]))


def _supply(args: argparse.Namespace) -> dict[str, Any]:
    """Record that a deferred paper came, in a session of its own."""
    from clerk_app.bootstrap import clerk_name, make_desk, open_for_writing
    from clerk_app.services.cases import show_case
    from clerk_app.services.deferrals import supply_material
    from clerk_app.services.scans import read_scan
    from clerk_app.services.sign_in import sign_in, sign_out

    folder, clerk = data_folder(args), clerk_number(args)
    scans = [read_scan(path) for path in args.scan]
    with open_for_writing(folder, clerk, password(args)) as store:
        desk = make_desk(store)
        me = sign_in(desk, clerk=clerk, name=clerk_name(folder, clerk), seal_at_hand=False)
        try:
            supply_material(desk, me, args.number, args.material.upper(), pages=args.pages, scans=scans)
        finally:
            sign_out(desk, me)
        view = show_case(desk, args.number)
    left = [known.name for known in view.deferrals if known.supplied_on is None]
    name = next(known.name for known in view.deferrals if known.code == args.material.upper())
    return {"number": view.number, "state": view.state, "name": name, "left": left}


def _pair(text: str) -> tuple[str, str]:
    try:
        return read_pair(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{error}”要写成 KEY=VALUE") from None


def _result(args: argparse.Namespace) -> dict[str, Any]:
    """Register a result, in a session of its own."""
    from clerk_app.bootstrap import clerk_name, make_desk, open_for_writing
    from clerk_app.services.cases import show_case
    from clerk_app.services.results import register_result
    from clerk_app.services.sign_in import sign_in, sign_out

    folder, clerk = data_folder(args), clerk_number(args)
    brings = result_data(args.brings, args.brings_file)
    with open_for_writing(folder, clerk, password(args)) as store:
        desk = make_desk(store)
        me = sign_in(desk, clerk=clerk, name=clerk_name(folder, clerk), seal_at_hand=False)
        try:
            register_result(
                desk,
                me,
                args.number,
                document=args.document,
                document_number=args.document_number,
                brings=brings,
                corrects=args.correct,
            )
        finally:
            sign_out(desk, me)
        view = show_case(desk, args.number)
    of_child = next((child.result for child in view.children if child.number == args.number.replace(" ", "")), None)
    said = of_child or view.result
    assert said is not None
    return {"case": view.number, "document": said.document, "number": said.number, "data": dict(said.data)}


def _find(args: argparse.Namespace) -> dict[str, Any]:
    """Ask for the cases of a person; the number never is an argument, which everybody on the machine could read."""
    from clerk_app.bootstrap import case_finder, clerk_name, make_desk, open_for_writing
    from clerk_app.domain.identity import IdentityDocument
    from clerk_app.services.look_up import find_person
    from clerk_app.services.sign_in import sign_in, sign_out

    folder, clerk = data_folder(args), clerk_number(args)
    with open_for_writing(folder, clerk, password(args)) as store:
        desk = make_desk(store, finder=case_finder(store))
        me = sign_in(desk, clerk=clerk, name=clerk_name(folder, clerk), seal_at_hand=False)
        try:
            found = find_person(desk, me, IdentityDocument(args.document, number=sys.stdin.readline().strip()))
        finally:
            sign_out(desk, me)
        return {"cases": [asdict(case) for case in found]}


def _show_found(result: dict[str, Any]) -> str:
    if not result["cases"]:
        return "平台上没有可以查看的办件：本大厅没有，别的大厅没有在办的。"
    return "\n".join(
        f"{grouped(case['number'])}  {case['matter_name']}  {STATE_LABELS[CaseState(case['state'])]}  "
        f"{case['received_on']}"
        for case in result["cases"]
    )


def _document(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import make_desk, open_for_reading
    from clerk_app.services.papers import render_document

    with open_for_reading(data_folder(args), clerk_number(args), password(args)) as store:
        warn(store)
        pdf = render_document(make_desk(store), args.number, args.kind)
    try:
        args.out.write_bytes(pdf)
    except OSError:
        raise BadFile(reason=f"{args.out} 写不进去") from None
    return {"out": str(args.out), "bytes": len(pdf)}


def _show_list(result: dict[str, Any]) -> str:
    rows = [
        CaseRow(**{**row, "children": tuple(ChildRow(**child) for child in row["children"])}) for row in result["cases"]
    ]
    if not rows:
        return "还没有办件。"
    return "\n".join("\n".join((_case_line(row), *map(_child_line, row.children))) for row in rows)


def _case_line(row: CaseRow) -> str:
    return (
        f"{grouped(row.number)}  {row.applicant}  {row.matter_name}  {STATE_LABELS[CaseState(row.state)]}  "
        f"{short_time(row.taken_in_at)}  {'已上传' if row.uploaded else '待上传'}"
        f"{'' if row.own else f'  设备 {row.device[HALL:]}'}{_owed_words(row)}"
    )


def _owed_words(row: CaseRow) -> str:
    papers = f"  容缺 {row.owed_papers} 份，{row.owed_until} 前" if row.owed_papers else ""
    return papers + (f"  告知承诺 {row.owed_promises} 项" if row.owed_promises else "")


def _child_line(row: ChildRow) -> str:
    due = f"  最迟 {row.due_on}{'（推算）' if row.due_estimated else ''}" if row.due_on else ""
    return f"  {row.number[-2:]}  {row.matter_name}  {row.department}  {STATE_LABELS[CaseState(row.state)]}{due}"


def _show_case(result: dict[str, Any]) -> str:
    head = f"{grouped(result['number'])}  {result['applicant']}  {result['matter_name']}  {result['state_label']}"
    children = [
        "  ".join(
            filter(
                None,
                (
                    f"  {child['number'][-2:]}",
                    child["matter_name"],
                    child["department"],
                    child["state_label"],
                    f"最迟 {child['due_on']}" if child["due_on"] else "",
                    child["sentence"],
                    _result_words(child["result"]),
                ),
            )
        )
        for child in result["children"]
    ]
    produced = [f"  {item['mark'] or '—'} {item['label']}：{item['value']}" for item in result["produced"]]
    if result["result"]:
        head += f"  {_result_words(result['result'])}"
    return "\n".join([head, *children, *produced, *(f"  {line['text']}  {line['when']}" for line in result["history"])])


def _result_words(result: dict[str, Any] | None) -> str:
    """What was issued: 营业执照 9199…, 成立日期 2026-11-23."""
    if not result:
        return ""
    data = "、".join(f"{label} {value}" for label, value in result["data"])
    return "，".join(filter(None, (" ".join(filter(None, (result["document"], result["number"]))), data)))
