"""The data of a result out of a file or standard input: a command's arguments stand in the list of processes.

Both commands that say a result read it so, the desk's and the hub's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clerk_app.domain.results import is_item
from clerk_app.errors import BadResultData

STANDARD_INPUT = "-"
HELP_ARGUMENT = "内容；会留在进程列表里，本机别人看得到，有个人信息的请用 --brings-file"
HELP_FILE = "内容文件：UTF-8 的 JSON 对象，从键到文字；- 为标准输入"


def result_data(pairs: Iterable[tuple[str, str]], file: str | None) -> Mapping[str, str]:
    """The data that `--brings` or `--brings-file` say; raise `BadResultData` for both, and for a file that says none.

    What is wrong is told by its key and never with its value.
    """
    if file is None:
        return dict(pairs)
    if list(pairs):
        raise BadResultData(reason="both")
    try:
        content = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError:
        raise BadResultData(reason="unreadable") from None
    try:
        # Editors of Windows begin a file of UTF-8 with a mark.
        said = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise BadResultData(reason="not_json") from None
    if not isinstance(said, dict) or not said:
        raise BadResultData(reason="not_json")
    for key, value in said.items():
        if not isinstance(value, str) or not is_item(key, value):
            raise BadResultData(reason="item", key=key[:40])
    return {key: value.strip() for key, value in said.items()}


def _once_each(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as JSON writes it, if no key stands in it twice."""
    found = dict(items)
    if len(found) != len(items):
        raise ValueError("a key stands twice")
    return found
