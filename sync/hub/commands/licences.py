"""`clerk-hub licences`: fill the licence library, and re-check what waited for it."""

from __future__ import annotations

import argparse
from pathlib import Path

from sync.hub.commands.options import open_existing, show
from sync.hub.licences.load import load_licences, read_licences, sample_licences
from sync.hub.licences.recheck import recheck_all


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `licences`."""
    parser = subparsers.add_parser("licences", help="导入电子证照，并复核离线收的件")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--import", dest="file", type=Path, metavar="FILE", help="证照文件（TOML）")
    source.add_argument("--sample", action="store_true", help="导入示例证照（虚构的人，999999）")
    parser.add_argument("--hall", help="证照归哪个大厅，6 位代码；导入时必填")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    found = sample_licences() if args.sample else read_licences(args.file) if args.file else []
    hub = open_existing(args)
    try:
        loaded = load_licences(hub, args.hall or "", found) if found else 0
        show({"licences": loaded, "rechecked": recheck_all(hub)}, as_json=args.json)
    finally:
        hub.close()
    return 0
