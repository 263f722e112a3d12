"""`clerk-hub serve`."""

from __future__ import annotations

import argparse

from sync.hub.commands.options import open_or_make
from sync.hub.serve import serve


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `serve`."""
    parser = subparsers.add_parser("serve", help="运行平台，第一行输出地址")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址")
    parser.add_argument("--port", type=int, default=0, help="端口，0 为自动")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    hub = open_or_make(args)
    try:
        serve(hub, args.host, args.port, lambda url: print(url, flush=True))
    finally:
        hub.close()
    return 0
