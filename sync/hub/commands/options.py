"""What every command of the platform shares: its folder, its database, and how a result is shown."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.hub.hub import Hub, HubSeams, open_hub, require_hub
from sync.hub.keys import FILE_NAME
from sync.hub.log import start_log

SEAMS = HubSeams(SystemClock(), SystemDisk(), SystemRng())


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add `--data`, `--db`, `--blobs` and `--json`."""
    parser.add_argument("--data", type=Path, required=True, help="平台的文件夹")
    parser.add_argument("--db", help="PostgreSQL 的 SQLAlchemy 地址；不写用文件夹里的 SQLite")
    parser.add_argument("--blobs", help="附件存放地址 s3://桶名/前缀，说过一次就记住；不写用平台的文件夹")
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")


def open_or_make(args: argparse.Namespace) -> Hub:
    """The hub of `--data`, made if there is none yet; it is closed when the command ends."""
    new = not (args.data / FILE_NAME).exists()
    # What goes wrong goes into the hub's own log, never onto the screen of whoever typed a command.
    start_log(args.data / "hub.log", with_requests=False)
    hub = open_hub(args.data, SEAMS, args.db, args.blobs)
    args.at_end.callback(hub.close)
    if new:
        print(f"已新建平台。恢复私钥在 {args.data} 的 recovery-key 文件里，请移到没有网络的安全地方。", file=sys.stderr)
    return hub


def open_existing(args: argparse.Namespace) -> Hub:
    """The hub of `--data`; raise `NoHub` if there is none."""
    require_hub(args.data)
    return open_or_make(args)


def show(result: dict[str, Any], *, as_json: bool) -> None:
    """Print a result: one JSON object, or a line for each key."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for key, value in result.items():
        print(f"{key}: {len(value) if isinstance(value, tuple) else value}")
