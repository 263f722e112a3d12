"""The frame of every command: parsing, output, errors, exit codes (commands.md is the contract).

Each noun has a file with `add_parser(subparsers)`, which sets `run`: a function from the parsed arguments to the JSON
object of the contract (or None), raising `ClerkError` for failures.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from clerk_app.errors import BugError, ClerkError

logger = logging.getLogger(__name__)

Run = Callable[[argparse.Namespace], "dict[str, Any] | None"]


class Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are one plain sentence and exit code 2."""

    def error(self, text: str) -> NoReturn:
        from clerk_app.messages import message

        usage = message("usage")
        self.exit(2, f"{usage.sentence}{usage.next_step}（{text}）\n")


def run_command(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Parse, run, print; return the exit code."""
    args = parser.parse_args(argv)
    run: Run = args.run
    try:
        result = run(args)
        if result is not None:
            _print_result(result, as_json=_wants_json(args), show=getattr(args, "show", None))
        sys.stdout.flush()
    except ClerkError as error:
        if isinstance(error, BugError):
            logger.exception("broken invariant")
        return _fail(error, as_json=_wants_json(args))
    except KeyboardInterrupt:
        return _fail("interrupted", as_json=_wants_json(args))
    except BrokenPipeError:
        # The reader of our output went away (`| head`); nobody is left to tell.
        sys.stderr.close()
        return 1
    except Exception:
        # The boundary: a bug must still end in one sentence; the traceback goes to the log.
        logger.exception("unexpected error")
        return _fail("bug", as_json=_wants_json(args))
    return 0


def _wants_json(args: argparse.Namespace) -> bool:
    return bool(getattr(args, "json", False))


def _print_result(result: dict[str, Any], *, as_json: bool, show: Callable[[dict[str, Any]], str] | None) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    elif show is not None:
        print(show(result))
    else:
        print("\n".join(f"{key}: {value}" for key, value in result.items() if value is not None))


def _fail(what: ClerkError | str, *, as_json: bool) -> int:
    """Say what happened, by the error or by a code; its words are loaded only now, since the window starts here too."""
    from clerk_app.messages import describe, message

    problem = describe(what) if isinstance(what, ClerkError) else message(what)
    faults = what.data.get("faults", ()) if isinstance(what, ClerkError) else ()
    if as_json:
        error: dict[str, Any] = {"code": problem.code, "message": problem.sentence, "next_step": problem.next_step}
        if faults:
            error["faults"] = [fault.body for fault in faults]
        print(json.dumps({"error": error}, ensure_ascii=False))
    else:
        # The sentence names the first one itself.
        for fault in faults[1:]:
            print(fault.text, file=sys.stderr)
        print(problem.line(), file=sys.stderr)
    return 1
