"""`clerk-hub digest` and `clerk-hub verify`: what the platform holds, and whether all of it is whole."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from sync.hub.commands.options import open_existing, show
from sync.hub.digest import digest
from sync.hub.verify import verify_hub


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both."""
    subparsers.add_parser("digest", help="平台的数目和链头").set_defaults(run=_digest)
    subparsers.add_parser("verify", help="核对每条链、签名、附件和折叠").set_defaults(run=_verify)


def _digest(args: argparse.Namespace) -> int:
    show(asdict(digest(open_existing(args))), as_json=args.json)
    return 0


def _verify(args: argparse.Namespace) -> int:
    result = verify_hub(open_existing(args))
    show(asdict(result), as_json=args.json)
    return 0 if result.first_fault is None else 1
