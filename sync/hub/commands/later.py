"""Commands of the contract that belong to a later version: one plain sentence, and nothing is changed."""

from __future__ import annotations

import argparse

from clerk_app.errors import HubNotYet

_COMMANDS = {"publish": "发布目录"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add them."""
    for name, text in _COMMANDS.items():
        subparsers.add_parser(name, help=text).set_defaults(run=_run)


def _run(_args: argparse.Namespace) -> int:
    raise HubNotYet
