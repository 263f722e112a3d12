"""Commands of the contract that later versions bring: named, listed in `--help`, and honest about it."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from clerk_app.errors import NotYetAvailable

_LATER = {
    "ready": "外出前检查",
    "backup": "加密备份",
    "restore": "从备份恢复",
    "support-bundle": "不含个人信息的日志包",
}


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add a parser per command; whatever follows is accepted, so that the answer is the sentence, not a usage error."""
    for name, text in _LATER.items():
        parser = subparsers.add_parser(name, help=f"{text}（本版还没有）", prefix_chars="\0", add_help=False)
        parser.add_argument("rest", nargs="*")
        parser.set_defaults(run=_refuse)


def _refuse(args: argparse.Namespace) -> NoReturn:
    args.json = "--json" in args.rest
    raise NotYetAvailable
