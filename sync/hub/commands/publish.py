"""`clerk-hub publish`: a catalogue for the desks, signed with the hub's catalogue key."""

from __future__ import annotations

import argparse
from pathlib import Path

from clerk_app.services.packing import read_packed
from sync.hub.commands.options import open_existing, show
from sync.hub.publish import EVERY_HALL, publish


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `publish`."""
    parser = subparsers.add_parser("publish", help="签发事项目录：各设备同步时取回，新办的事项从此用这一版")
    parser.add_argument("source", type=Path, metavar="PATH", help="目录文件夹，或实施清单工作簿（xlsx）")
    parser.add_argument("--hall", default=EVERY_HALL, help="只发给这个大厅，6 位代码；不写发给所有大厅")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    catalogue = read_packed(args.source)
    hub = open_existing(args)
    published = publish(hub, catalogue, args.hall)
    if args.json:
        found = {"version": published.version, "serial": published.serial, "hall": published.region}
        show(
            {**found, "content": published.content.hex(), "size": published.size, "warnings": list(catalogue.warnings)},
            as_json=True,
        )
        return 0
    for warning in catalogue.warnings:
        print(f"请留意 {warning}")
    whom = f"大厅 {published.region}" if published.region else "所有大厅"
    print(f"目录 {published.version} 版已签发给{whom}，各设备下次同步时取回。")
    return 0
