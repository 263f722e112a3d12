"""`clerk-hub`: the reference platform on the command line (the names and keys are a contract).

Commands on one folder run side by side with `serve` and with one another.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy.exc import SQLAlchemyError

from clerk_app.domain import case_number
from clerk_app.errors import (
    BadFile,
    ClerkError,
    DiskFailed,
    HubNotYet,
    HubStoreFailed,
    NoHubAddress,
    NoSuchCase,
)
from clerk_app.messages import Message, describe, message
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from sync.hub.decide import Ruling, decide
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import Hub, HubSeams, open_hub, require_hub
from sync.hub.keys import FILE_NAME
from sync.hub.serve import URL, serve
from sync.hub.verify import verify_hub

logger = logging.getLogger(__name__)

_SEAMS = HubSeams(SystemClock(), SystemDisk(), SystemRng())


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 failed with one sentence, 2 wrong usage."""
    args = _parser().parse_args(argv)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except ClerkError as error:
        return _fail(describe(error), as_json=args.json)
    except (SQLAlchemyError, OSError) as error:
        fault = HubStoreFailed() if isinstance(error, SQLAlchemyError) else DiskFailed()
        logger.exception("storage failed")
        return _fail(describe(fault), as_json=args.json)
    except KeyboardInterrupt:
        return _fail(message("interrupted"), as_json=args.json)
    except Exception:
        # The boundary: a bug must still end in one sentence; the traceback goes to the log.
        logger.exception("unexpected error")
        return _fail(message("bug"), as_json=args.json)
    return code


# ---- the commands -------------------------------------------------------------------------------------------------


def _serve(args: argparse.Namespace) -> int:
    hub = _open(args)
    try:
        serve(hub, args.host, args.port, lambda url: print(url, flush=True))
    finally:
        hub.close()
    return 0


def _enrol(args: argparse.Namespace) -> int:
    hub = _open(args)
    url = args.url or hub.store.value(URL)
    if not url:
        raise NoHubAddress
    url = url.rstrip("/")
    content = enrol(
        hub, EnrolmentWish(args.hall, args.hall_name, args.device, url, (args.page_base or url).rstrip("/"))
    )
    try:
        _SEAMS.disk.replace(args.out, content)
        args.out.chmod(0o600)
    except OSError as error:
        raise BadFile(reason=f"登记文件 {args.out} 写不出来") from error
    print(f"登记文件：{args.out}（一个文件只能登记一台设备）")
    return 0


def _decide(args: argparse.Namespace) -> int:
    number = case_number.parse(args.case)
    if number is None:
        raise NoSuchCase(number=args.case)
    fact = decide(_open_existing(args), Ruling(number, args.result, args.reason, args.child))
    words = {"grant": "准予", "refuse": "不予批准", "return": "退回窗口"}
    print(f"{case_number.grouped(number)} {words[args.result]}，顺序号 {fact.hub_seq}")
    return 0


def _digest(args: argparse.Namespace) -> int:
    _show(asdict(digest(_open_existing(args))), as_json=args.json)
    return 0


def _verify(args: argparse.Namespace) -> int:
    result = verify_hub(_open_existing(args))
    _show(asdict(result), as_json=args.json)
    return 0 if result.first_fault is None else 1


def _not_yet(_args: argparse.Namespace) -> int:
    raise HubNotYet


# ---- around them --------------------------------------------------------------------------------------------------


def _open(args: argparse.Namespace) -> Hub:
    new = not (args.data / FILE_NAME).exists()
    hub = open_hub(args.data, _SEAMS, args.db)
    # What goes wrong goes into the hub's own log, never onto the screen of whoever typed a command.
    logging.basicConfig(
        filename=args.data / "hub.log", level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    if new:
        print(f"已新建平台。恢复私钥在 {args.data} 的 recovery-key 文件里，请移到没有网络的安全地方。", file=sys.stderr)
    return hub


def _open_existing(args: argparse.Namespace) -> Hub:
    require_hub(args.data)
    return _open(args)


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for key, value in result.items():
        print(f"{key}: {len(value) if isinstance(value, tuple) else value}")


def _fail(problem: Message, *, as_json: bool) -> int:
    if as_json:
        error = {"code": problem.code, "message": problem.sentence, "next_step": problem.next_step}
        print(json.dumps({"error": error}, ensure_ascii=False))
    else:
        print(problem.line(), file=sys.stderr)
    return 1


class _Parser(argparse.ArgumentParser):
    """Refuses wrong usage in one plain sentence with exit code 2."""

    def error(self, text: str) -> NoReturn:
        usage = message("usage")
        self.exit(2, f"{usage.line()}（{text}）\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="clerk-hub", description="窗口通参考平台")
    commands = parser.add_subparsers(metavar="命令", required=True)
    common = _Parser(add_help=False)
    common.add_argument("--data", type=Path, required=True, help="平台的文件夹")
    common.add_argument("--db", help="PostgreSQL 的 SQLAlchemy 地址；不写用文件夹里的 SQLite")
    common.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")

    command = commands.add_parser("serve", parents=[common], help="运行平台，第一行输出地址")
    command.add_argument("--host", default="127.0.0.1", help="监听地址")
    command.add_argument("--port", type=int, default=0, help="端口，0 为自动")
    command.set_defaults(run=_serve)

    command = commands.add_parser("enrol", parents=[common], help="为一台新设备出登记文件")
    command.add_argument("--device", required=True, help="设备名称，例如 3 号窗口")
    command.add_argument("--hall", required=True, help="大厅代码，6 位")
    command.add_argument("--hall-name", default="", help="大厅名称")
    command.add_argument("--out", type=Path, required=True, help="登记文件")
    command.add_argument("--url", help="平台地址，默认为上次 serve 的地址")
    command.add_argument("--page-base", help="群众查询页的地址，默认同平台地址")
    command.set_defaults(run=_enrol)

    command = commands.add_parser("decide", parents=[common], help="部门对办件的决定")
    command.add_argument("--case", required=True, help="办件编号")
    command.add_argument("--child", help="一件事中的子办件编号")
    command.add_argument("--result", required=True, choices=("grant", "refuse", "return"), help="准予、不予、退回")
    command.add_argument("--reason", default="", help="理由")
    command.set_defaults(run=_decide)

    for name, run, text in (
        ("digest", _digest, "平台的数目和链头"),
        ("verify", _verify, "核对每条链、签名、附件和折叠"),
        ("revoke", _not_yet, "吊销设备"),
        ("publish", _not_yet, "发布目录"),
    ):
        command = commands.add_parser(name, parents=[common], help=text)
        command.set_defaults(run=run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
