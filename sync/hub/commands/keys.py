"""`clerk-hub rotate-keys`."""

from __future__ import annotations

import argparse

from sync.hub.commands.options import SEAMS, open_existing, show
from sync.hub.rotation import rotate


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `rotate-keys`."""
    parser = subparsers.add_parser("rotate-keys", help="更换平台的工作密钥，不用停机，设备下次同步时换上")
    parser.add_argument("--stolen", action="store_true", help="旧密钥可能泄露：旧的签收和命令密钥马上作废")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    hub = open_existing(args)
    try:
        keys = rotate(
            args.data,
            hub.store,
            hub.keys,
            clock=SEAMS.clock,
            disk=SEAMS.disk,
            rng=SEAMS.rng,
            stolen=args.stolen,
        )
    finally:
        hub.close()
    show({"serial": keys.serial, "issued_at": keys.issued_at, "retired": len(keys.retired)}, as_json=args.json)
    return 0
