"""A prepared parent whose children are forked in milliseconds and may be killed.

The parent is a process of its own with one thread and no open database, so that forking it is safe. It loads one
module, then obeys JSON lines on its standard input: each names a function of that module and what to call it with. The
function runs in a fresh child, which says things by `say`; when the child is gone, the parent says how it ended.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_ENDED = "ended"


@dataclass(frozen=True)
class Run:
    """What a child said before it ended, and how: 0, or minus the signal that killed it."""

    said: list[Any]
    ended: int

    @property
    def killed(self) -> bool:
        """Whether kill -9 ended it."""
        return self.ended == -signal.SIGKILL


class ForkedParent:
    """The prepared parent as the test sees it."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, module], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, function: str, **arguments: Any) -> Run:
        """Call `function` in a child; fail if it raised."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([function, arguments]) + "\n")
        self._process.stdin.flush()
        said: list[Any] = []
        for line in self._process.stdout:
            word = json.loads(line)
            if isinstance(word, dict) and _ENDED in word:
                assert word[_ENDED] in (0, -signal.SIGKILL), said
                return Run(said, word[_ENDED])
            said.append(word)
        raise AssertionError("the prepared parent is gone")

    def __enter__(self) -> ForkedParent:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.kill()


def say(word: Any) -> None:
    """Tell the test something, from inside a child; whatever was said survives the child."""
    os.write(1, json.dumps(word).encode() + b"\n")


def _obey(module: ModuleType) -> None:
    gc.collect()
    gc.freeze()  # else every child's first collection copies the parent's memory
    for line in sys.stdin:
        function, arguments = json.loads(line)
        child = os.fork()
        if child == 0:
            _be_the_child(getattr(module, function), arguments)
        _, status = os.waitpid(child, 0)
        say({_ENDED: os.waitstatus_to_exitcode(status)})


def _be_the_child(function: Any, arguments: dict[str, Any]) -> None:
    try:
        function(**arguments)
    except BaseException:
        say(traceback.format_exc())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    _obey(importlib.import_module(sys.argv[1]))
