"""`clerk sync --once`: one sync from the command line."""

from __future__ import annotations

import argparse
from typing import Any

from clerk_app.cli.store_options import add_store_options, clerk_number, data_folder, password
from clerk_app.errors import NotYetAvailable
from clerk_app.messages import describe

_STATES = {
    "done": "已和平台一致",
    "offline": "连不上平台",
    "portal": "网络要先登录",
    "refused": "平台拒绝了本机",
    "partial": "只同步了一部分，会接着传",
}
_COUNTS = ("pushed", "pulled", "blobs_sent", "bytes_sent", "bytes_received", "pending", "parked", "conflicts", "cargo")
_KEYS = (*_COUNTS, "state", "seconds")


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `sync`."""
    parser = subparsers.add_parser("sync", help="和平台同步")
    parser.add_argument("--once", action="store_true", help="同步一次")
    parser.add_argument("--hub", metavar="URL", help="只替换平台地址")
    add_store_options(parser)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run, show=_show)


def _run(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.bootstrap import open_for_writing, open_sync_lane
    from sync.engine import sync_once

    if not args.once:
        raise NotYetAvailable
    opened = open_for_writing(data_folder(args), clerk_number(args), password(args))
    with opened as store, open_sync_lane(store, args.hub) as lane:
        report = sync_once(lane)
    result = {key: getattr(report, key) for key in _KEYS}
    return result if report.problem is None else {**result, "problem": describe(report.problem).line()}


def _show(result: dict[str, Any]) -> str:
    line = f"{_STATES[result['state']]}：上传 {result['pushed']} 条，收到 {result['pulled']} 条，"
    line += f"扫描件 {result['blobs_sent']} 份，待上传 {result['pending']} 条。"
    if result["cargo"]:
        line += f"代送的交接文件还有 {result['cargo']} 份没有送达。"
    return line + str(result.get("problem", ""))
