"""The `clerk` command: one file per noun, joined here."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app.cli.frame import Parser, run_command
from clerk_app.cli.logs import start_log
from clerk_app.cli.store_options import data_folder, state_folder
from clerk_app.cli.workplace import LocalWorkplace

if TYPE_CHECKING:
    from clerk_app.cli.seat import Seat
    from clerk_app.services.workplace import Workplace
    from clerk_app.store.folder import DataFolder

_NOUNS = ("store_commands", "demo", "card", "pad", "case", "notice", "sync", "handover", "catalogue", "later")

OpenWindow = Callable[["Workplace", str, "tuple[str, str, bool] | None"], int]
"""Opens the window over a workplace: with a mark for every page, and who is signed in already."""


def build_parser(open_window: OpenWindow, nouns: Sequence[str] = _NOUNS) -> argparse.ArgumentParser:
    """The parser of the command with these nouns. `open_window` is handed in: nothing here may import the window."""
    parser = Parser(prog="clerk", description="窗口通：政务服务综合窗口")
    parser.set_defaults(run=_desk, json=False, data=None, open_window=open_window)
    subparsers = parser.add_subparsers(metavar="命令", parser_class=Parser)
    desk = subparsers.add_parser("desk", help="打开窗口")
    desk.add_argument("--data", type=Path, default=None, help="本机记录所在文件夹")
    desk.set_defaults(run=_desk, json=False)
    for noun in nouns:
        import_module(f"clerk_app.cli.{noun}").add_parser(subparsers)
    return parser


def main(open_window: OpenWindow, argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    start_log(state_folder())
    words = sys.argv[1:] if argv is None else argv
    return run_command(build_parser(open_window, _nouns_for(words)), argv)


def _nouns_for(words: Sequence[str]) -> Sequence[str]:
    """The window need not wait for the modules of the other commands."""
    return () if not words or words[0] == "desk" else _NOUNS


def _desk(args: argparse.Namespace) -> dict[str, Any] | None:
    folder = data_folder(args)
    folder.require_store()
    workplace = LocalWorkplace(folder, lambda: _seat(folder))
    # Loading modules makes no garbage worth looking for; the window then collects by itself, on its own thread.
    gc.disable()
    try:
        args.open_window(workplace, "", None)
    finally:
        gc.enable()
        workplace.close()
    return None


def _seat(folder: DataFolder) -> Seat:
    from clerk_app.cli.seat import Seat

    return Seat(folder)
