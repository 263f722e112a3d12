"""`clerk-hub appeals`: the 办不成事 register of all desks."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from clerk_app.domain.appeals import STATE_LABELS
from clerk_app.domain.notice_number import grouped
from sync.hub.appeals import appeals
from sync.hub.commands.options import open_existing, show


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it."""
    command = subparsers.add_parser("appeals", help="办不成事登记，待处理的在前")
    command.add_argument("--hall", default="", help="只看这个大厅，6 位代码")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    lines = appeals(open_existing(args), args.hall)
    late = sum(line.late for line in lines)
    if args.json:
        show({"appeals": [asdict(line) for line in lines], "late": late}, as_json=True)
        return 0
    for line in lines:
        state = "已过期" if line.late else STATE_LABELS[line.state]
        print(f"{grouped(line.number)}  {state}  {line.due_on} 前  {line.unit}  {line.matter or '—'}  {line.why}")
    print(f"共 {len(lines)} 件，过期 {late} 件。")
    return 0
