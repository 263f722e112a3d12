"""`clerk-hub serve`."""

from __future__ import annotations

import argparse

from clerk_app.errors import HubNeedsTls
from sync.address import is_loopback
from sync.hub import processes
from sync.hub.commands.options import SEAMS, open_or_make
from sync.hub.log import start_log
from sync.hub.serve import Place, serve
from sync.hub.tls import ServerTls, names_for

_MOST = 64


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `serve`."""
    parser = subparsers.add_parser("serve", help="运行平台，第一行输出地址")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址；本机以外的一律加密")
    parser.add_argument("--port", type=int, default=0, help="端口，0 为自动")
    parser.add_argument(
        "--tls", action=argparse.BooleanOptionalAction, default=None, help="加密连接；默认只有 127.0.0.1 不加密"
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        help="设备用来访问平台的主机名或 IP，写进证书，可写多个，第一个用作平台地址",
    )
    parser.add_argument(
        "--processes",
        type=_count,
        help=f"同时工作的进程数，1 到 {_MOST}；不写按处理器核数，最多 {processes.MOST} 个（Linux 以外为 1 个）",
    )
    parser.add_argument(
        "--log", help="请求日志文件，一行一个 JSON 对象；“-”为标准错误输出；不写只记警告（平台文件夹的 hub.log）"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    names = names_for(args.host, args.name)
    wants_tls = not is_loopback(args.host) if args.tls is None else args.tls
    if not wants_tls and not is_loopback(args.host):
        raise HubNeedsTls
    hub = open_or_make(args)
    if args.log:
        start_log(args.log, with_requests=True)
    try:
        tls = ServerTls(args.data, names, clock=SEAMS.clock, disk=SEAMS.disk, rng=SEAMS.rng) if wants_tls else None
        place = Place(args.host, args.port, args.name[0] if args.name else "", tls)
        serve(hub, place, lambda url: print(url, flush=True), args.processes)
    finally:
        hub.close()
    return 0


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= (_MOST if processes.CAN_FORK else 1):
        raise argparse.ArgumentTypeError(text)
    return count
