"""`clerk-hub decide`."""

from __future__ import annotations

import argparse
from datetime import date

from clerk_app.domain import case_number
from clerk_app.domain.results import read_pair
from clerk_app.errors import NoSuchCase, NotDecidable
from clerk_app.services.result_data import HELP_ARGUMENT, HELP_FILE, result_data
from sync.hub.commands.options import open_existing
from sync.hub.decide import Ruling, decide

_WORDS = {
    "grant": "准予",
    "refuse": "不予批准",
    "return": "退回窗口",
    "suspend": "特别程序开始，停止计时",
    "resume": "特别程序结束，恢复计时",
    "extend": "延长审批期限",
    "register": "登记结果",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `decide`."""
    parser = subparsers.add_parser("decide", help="部门对办件的决定")
    parser.add_argument("--case", required=True, help="办件编号")
    parser.add_argument("--child", help="一件事中的子办件编号，或它的最后两位")
    parser.add_argument("--result", required=True, choices=tuple(_WORDS), help="、".join(_WORDS.values()))
    parser.add_argument("--reason", default="", help="理由")
    parser.add_argument("--name", default="", help="特别程序的名称，例如鉴定；suspend 时必填")
    parser.add_argument("--due", type=_day, help="新的最后一天，例如 2026-12-21；extend 时必填")
    parser.add_argument(
        "--brings",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        type=_pair,
        help=f"准予的结果带来的数据，例：number=…；{HELP_ARGUMENT}",
    )
    parser.add_argument("--brings-file", metavar="FILE", help=HELP_FILE)
    parser.add_argument("--document", default="", help="结果证照的名称；grant 和 register 时可写")
    parser.add_argument("--number", default="", help="结果证照的编号；grant 和 register 时可写")
    parser.add_argument("--correct", action="store_true", help="更正已经登记的结果；register 时可写")
    parser.set_defaults(run=_run)


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _pair(text: str) -> tuple[str, str]:
    try:
        return read_pair(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{error}”要写成 KEY=VALUE") from None


def _child_of(number: str, text: str | None) -> str | None:
    """The child meant: by its number or the last two digits of it, else the one by whose number the case is named."""
    if text is None:
        return number if number != case_number.package_of(number) else None
    short = text.isascii() and text.isdigit() and len(text) <= case_number.CHILD and int(text) > 0
    found = case_number.child(case_number.package_of(number), int(text)) if short else case_number.parse(text)
    if found is None:
        raise NotDecidable(reason="no_such_child")
    return found


def _run(args: argparse.Namespace) -> int:
    number = case_number.parse(args.case)
    if number is None:
        raise NoSuchCase(number=args.case)
    if (args.result == "suspend" and not args.name.strip()) or (args.result == "extend" and not args.due):
        raise NotDecidable
    whole, child = case_number.package_of(number), _child_of(number, args.child)
    ruling = Ruling(
        whole,
        args.result,
        args.reason,
        child,
        args.name.strip(),
        args.due,
        result_data(args.brings, args.brings_file),
        args.document.strip(),
        args.number.strip(),
        args.correct,
    )
    registers = args.result == "register"
    if (ruling.says_result and args.result not in ("grant", "register")) or (registers and not ruling.says_result):
        raise NotDecidable
    fact = decide(open_existing(args), ruling)
    print(f"{case_number.grouped(child or whole)} {_WORDS[args.result]}，顺序号 {fact.hub_seq}")
    return 0
