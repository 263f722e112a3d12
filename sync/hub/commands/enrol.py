"""`clerk-hub enrol`."""

from __future__ import annotations

import argparse
from pathlib import Path

from clerk_app.errors import BadFile, NoHubAddress
from sync.hub.commands.options import SEAMS, open_or_make
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.serve import URL


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `enrol`."""
    parser = subparsers.add_parser("enrol", help="为一台新设备出登记文件")
    parser.add_argument("--device", required=True, help="设备名称，例如 3 号窗口")
    parser.add_argument("--hall", required=True, help="大厅代码，6 位")
    parser.add_argument("--hall-name", default="", help="大厅名称")
    parser.add_argument("--out", type=Path, required=True, help="登记文件")
    parser.add_argument("--url", help="平台地址，默认为上次 serve 的地址")
    parser.add_argument("--page-base", help="群众查询页的地址，默认同平台地址")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    hub = open_or_make(args)
    url = args.url or hub.store.value(URL)
    if not url:
        raise NoHubAddress
    url = url.rstrip("/")
    content = enrol(
        hub, EnrolmentWish(args.hall, args.hall_name, args.device, url, (args.page_base or url).rstrip("/"))
    )
    try:
        SEAMS.disk.replace(args.out, content)
        args.out.chmod(0o600)
    except OSError as error:
        raise BadFile(reason=f"登记文件 {args.out} 写不出来") from error
    print(f"登记文件：{args.out}（一个文件只能登记一台设备）")
    return 0
