"""`clerk-hub exchange`: records for the province, as files or into tables."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from sync.hub.commands.options import SEAMS, open_existing, show
from sync.hub.exchange.export import exchange_to_database, exchange_to_folder


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `exchange`."""
    parser = subparsers.add_parser("exchange", help="向省级交换平台送办件记录")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="DIR", help="写成 JSON 行文件的文件夹")
    where.add_argument("--to", metavar="URL", help="前置库的 SQLAlchemy 地址（PostgreSQL 或 SQLite）")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    hub = open_existing(args)
    try:
        done = exchange_to_database(hub, args.to) if args.to else exchange_to_folder(hub, args.out, SEAMS.disk)
    finally:
        hub.close()
    show(asdict(done), as_json=args.json)
    return 0
