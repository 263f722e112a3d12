"""`clerk demo`: everything on this machine and nothing real."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app.errors import BadFile

if TYPE_CHECKING:
    from clerk_app.cli.demo_place import DemoPlace

DEFAULT_CASES = 4
DEFAULT_SEED = 7


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `demo`."""
    parser = subparsers.add_parser("demo", help="演示：模拟平台、读卡器、评价器和打印，不涉及真实业务")
    parser.add_argument("--headless", action="store_true", help="不开窗口，直接办完几件")
    parser.add_argument("--cases", type=_count, default=DEFAULT_CASES, metavar="N", help="办几件")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="S", help="同一个数，同样的人和事")
    parser.add_argument("--out", type=Path, metavar="DIR", help="文书和本机记录放在哪里")
    parser.add_argument("--offline", action="store_true", help="办完最后一件才有网")
    parser.add_argument("--enrol", type=Path, metavar="FILE", help="用这份登记文件，不另起平台")
    parser.add_argument("--no-sync", action="store_true", help="不上传")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run, show=_show)


def _run(args: argparse.Namespace) -> dict[str, Any] | None:
    if args.headless or not has_screen():
        with _demo_place(args, with_window=False) as place:
            return _headless(place, args)
    from clerk_app.cli.demo_place import MARK

    with _demo_place(args, with_window=True) as place:
        place.start_hub()
        args.open_window(place.workplace, MARK, place.sign_in)
        return None


def has_screen() -> bool:
    """Whether a window could be seen."""
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


@contextmanager
def _demo_place(args: argparse.Namespace, *, with_window: bool) -> Iterator[DemoPlace]:
    from clerk_app.cli.demo_place import DemoPlace

    out = args.out or Path(tempfile.mkdtemp(prefix="window-clerk-demo-"))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise BadFile(reason=f"{out} 建不了") from None
    with ExitStack() as stack:
        yield stack.enter_context(DemoPlace(out, enrolment=args.enrol, with_window=with_window))


def _headless(place: DemoPlace, args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.cli.demo_report import report

    if not args.offline and not args.no_sync:
        place.start_hub()
    day = place.work(cases=args.cases, seed=args.seed, told=_progress(args))
    if not args.no_sync:
        place.start_hub()
        place.sync()
    return report(place, day, synced=not args.no_sync)


def _progress(args: argparse.Namespace) -> Callable[[int], None]:
    def show(done: int) -> None:
        if not args.json and sys.stderr.isatty():
            print(f"\r已办 {done}/{args.cases}", end="\n" if done == args.cases else "", file=sys.stderr)

    return show


def _show(result: dict[str, Any]) -> str:
    kept = "全部到达平台，没有丢、没有重" if result["entries_hub"] is not None else "没有上传"
    if result["lost"] or result["duplicated"]:
        kept = f"丢 {result['lost']} 件，重 {result['duplicated']} 件"
    return (
        f"演示：办了 {result['cases']} 件，收下 {result['accepted']} 件，文书 {result['documents']} 份，"
        f"评价 {result['ratings']} 次；{kept}。\n"
        f"文书在 {result['papers']}\n"
        f"本机记录在 {result['data']}，工号 {result['clerk']}，密码在 {result['password_file']}"
    )


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100_000:
        raise ValueError(text)
    return number
