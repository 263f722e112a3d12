"""`clerk-hub decide`."""

from __future__ import annotations

import argparse

from clerk_app.domain import case_number
from clerk_app.errors import NoSuchCase
from sync.hub.commands.options import open_existing
from sync.hub.decide import Ruling, decide

_WORDS = {"grant": "准予", "refuse": "不予批准", "return": "退回窗口"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `decide`."""
    parser = subparsers.add_parser("decide", help="部门对办件的决定")
    parser.add_argument("--case", required=True, help="办件编号")
    parser.add_argument("--child", help="一件事中的子办件编号")
    parser.add_argument("--result", required=True, choices=tuple(_WORDS), help="准予、不予、退回")
    parser.add_argument("--reason", default="", help="理由")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    number = case_number.parse(args.case)
    if number is None:
        raise NoSuchCase(number=args.case)
    fact = decide(open_existing(args), Ruling(number, args.result, args.reason, args.child))
    print(f"{case_number.grouped(number)} {_WORDS[args.result]}，顺序号 {fact.hub_seq}")
    return 0
