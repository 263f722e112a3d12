"""`clerk-hub owed`: the papers and promises that citizens still owe, overdue first."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from clerk_app.domain.case_number import grouped
from sync.hub.commands.options import open_existing, show
from sync.hub.owed import OwedItem, owed


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it."""
    command = subparsers.add_parser("owed", help="容缺待补和告知承诺，过期的在前")
    command.add_argument("--hall", default="", help="只看这个大厅，6 位代码")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    items = owed(open_existing(args), args.hall)
    if args.json:
        show({"owed": [asdict(item) for item in items], "late": sum(item.late for item in items)}, as_json=True)
        return 0
    for item in items:
        print(f"{grouped(item.number)}  {item.matter_name}  {item.name}  {_when(item)}")
    late = sum(item.late for item in items)
    print(f"共 {len(items)} 项，过期 {late} 项。")
    return 0


def _when(item: OwedItem) -> str:
    if item.until is None:
        return "告知承诺，决定后由部门核查"
    return f"容缺，{item.until} 前补{'，已过期' if item.late else ''}"
