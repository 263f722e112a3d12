"""Options of every command on a store: which folder, which clerk, whose password."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.errors import BadFile, UnknownClerk
from clerk_app.messages import describe
from clerk_app.store.folder import DataFolder

if TYPE_CHECKING:
    from clerk_app.store.store import Store

DATA_VARIABLE = "CLERK_DATA"
PASSWORD_VARIABLE = "CLERK_PASSWORD"  # noqa: S105 - the name of a variable
STATE_VARIABLE = "CLERK_STATE_DIR"


def add_store_options(parser: argparse.ArgumentParser, *, clerk_required: bool = True) -> None:
    """Add `--data`, `--clerk`, `--password-file`."""
    parser.add_argument("--data", type=Path, help="本机记录所在文件夹")
    parser.add_argument("--clerk", required=clerk_required, help="工号")
    parser.add_argument("--password-file", type=Path, help="密码文件（第一行）；也可用环境变量 CLERK_PASSWORD")


def data_folder(args: argparse.Namespace) -> DataFolder:
    """The store's folder: `--data`, else the platform's user-data folder."""
    import platformdirs

    given = args.data or os.environ.get(DATA_VARIABLE)
    path = Path(given) if given else platformdirs.user_data_path("window-clerk", appauthor=False)
    return DataFolder(path, state_folder())


def state_folder() -> Path:
    """The user's state folder: the witness's copy and the log lie there."""
    import platformdirs

    state = os.environ.get(STATE_VARIABLE)
    return Path(state) if state else platformdirs.user_state_path("window-clerk", appauthor=False)


def clerk_number(args: argparse.Namespace) -> str:
    """The clerk's number from `--clerk`."""
    if not args.clerk:
        raise UnknownClerk
    return str(args.clerk)


def password(args: argparse.Namespace, *, new: bool = False) -> str:
    """The password from `--password-file`, `CLERK_PASSWORD` or a prompt."""
    if args.password_file:
        try:
            return str(args.password_file.read_text("utf-8").splitlines()[0])
        except (OSError, ValueError, IndexError):
            raise BadFile(reason=f"密码文件 {args.password_file} 读不出来") from None
    from_environment = os.environ.get(PASSWORD_VARIABLE)
    if from_environment is not None:
        return from_environment
    if not sys.stdin.isatty():
        raise BadFile(reason="没有给出密码")
    return getpass.getpass("设置密码：" if new else "密码：")


def warn(store: Store) -> None:
    """Say on standard error what is wrong with a store that can only be looked at."""
    if store.trouble is not None:
        print(describe(store.trouble).line(), file=sys.stderr)
