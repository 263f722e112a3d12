"""Named places where a test may end the process as kill -9 would.

    failpoint("append.before_commit")

A call does nothing unless the environment variable `CLERK_FAILPOINT` (``name`` or ``name:n`` for the n-th pass) or
`arm` names it. The tests find all names by scanning the source for literal calls; a name that no test kills fails the
suite, so every new one comes with its test.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

_armed: dict[str, int] = {}
_act: Callable[[str], None] | None = None


def _kill(_name: str) -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def arm(name: str, passes: int = 1, act: Callable[[str], None] | None = None) -> None:
    """Fire at the `passes`-th pass of `name`: kill this process, or call `act` (simulations raise there instead)."""
    global _act
    _armed[name] = passes
    _act = act


def disarm() -> None:
    """Forget every armed failpoint."""
    global _act
    _armed.clear()
    _act = None


def is_armed() -> bool:
    """Whether some failpoint waits to fire."""
    return bool(_armed)


def failpoint(name: str) -> None:
    """Fire here if a test asked for it. The name must be a literal, so that the scan finds it."""
    if not _armed or name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] == 0:
        del _armed[name]
        (_act or _kill)(name)


def _arm_from_environment() -> None:
    wish = os.environ.get("CLERK_FAILPOINT")
    if wish:
        name, _, passes = wish.partition(":")
        arm(name, int(passes or 1))


_arm_from_environment()
