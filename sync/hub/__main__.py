"""`clerk-hub`: the reference platform on the command line (the names and keys are a contract).

Each command has a file in `commands/` with `add_parser(subparsers)`, which sets `run`: a function from the parsed
arguments to the exit code, raising `ClerkError` for failures. Commands on one folder run side by side with `serve` and
with one another.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import Any, NoReturn

from sqlalchemy.exc import SQLAlchemyError

from clerk_app.errors import ClerkError, DiskFailed, HubStoreFailed
from clerk_app.messages import Message, describe, message
from sync.hub.commands.options import add_common_options

logger = logging.getLogger(__name__)

_COMMANDS = (
    "serve",
    "appeals",
    "enrol",
    "certificate",
    "decide",
    "inspect",
    "owed",
    "backup",
    "exchange",
    "handover",
    "licences",
    "keys",
    "revoke",
    "publish",
)
"""The files in `commands/`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 failed with one sentence, 2 wrong usage."""
    args = _parser().parse_args(argv)
    try:
        with ExitStack() as args.at_end:
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


class _Command(_Parser):
    """The parser of one command: every one of them has the common options."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        add_common_options(self)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="clerk-hub", description="窗口通参考平台")
    subparsers = parser.add_subparsers(metavar="命令", required=True, parser_class=_Command)
    for name in _COMMANDS:
        import_module(f"sync.hub.commands.{name}").add_parser(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
