"""The rule that the GUI thread never waits, made checkable.

In tests, `watch()` raises `GuiThreadBlocked` whenever this thread opens a socket, a port or a file for writing, starts
a process, sleeps, or enters a place marked with `off_gui_thread`. It sees sockets, ports, files and processes through
Python's audit events; what raises none (a store, a PDF renderer) is reached through `forbid`, or marks itself:

    guard.off_gui_thread("store")

Nothing is watched unless a test asks for it: in production a mark is one call of an empty function, and no audit hook
is installed.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_HARMLESS_DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/tty")
_SOCKET_EVENTS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo")
_PROCESS_EVENTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork")


class GuiThreadBlocked(AssertionError):
    """Something that may wait was done on the GUI thread; `kind` says what."""

    def __init__(self, kind: str, detail: object = "") -> None:
        super().__init__(f"{kind} on the GUI thread {detail}".rstrip())
        self.kind = kind


def _unwatched(_kind: str, _detail: object = "") -> None:
    """What a mark does in production."""


_check: Callable[[str, object], None] = _unwatched
_hook_installed = False


def off_gui_thread(kind: str) -> None:
    """Mark a place that must never run on the GUI thread: `store`, `serial`, `socket`, `pdf`."""
    _check(kind, "")


@contextmanager
def watch() -> Iterator[None]:
    """Watch the calling thread, the GUI thread, until the block ends."""
    global _check
    before = _check
    _install_hook()
    _check = _refusing(threading.get_ident())
    try:
        with forbid(time, "sleep", "sleep"):  # raises an audit event of its own only from Python 3.13 on
            yield
    finally:
        _check = before


@contextmanager
def pause() -> Iterator[None]:
    """Let the test itself touch files and processes on this thread within a watched block."""
    global _check
    before = _check
    _check = _unwatched
    try:
        yield
    finally:
        _check = before


@contextmanager
def forbid(owner: Any, name: str, kind: str) -> Iterator[None]:
    """Make `owner.name` a marked place while the block lasts, for libraries that raise no audit event."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def marked(*args: Any, **kwargs: Any) -> Any:
        off_gui_thread(kind)
        return original(*args, **kwargs)

    setattr(owner, name, marked)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _refusing(gui_thread: int) -> Callable[[str, object], None]:
    def check(kind: str, detail: object = "") -> None:
        if threading.get_ident() == gui_thread:
            raise GuiThreadBlocked(kind, detail)

    return check


def _install_hook() -> None:
    # An audit hook cannot be removed, so there is one for the process and it looks at the present check.
    global _hook_installed
    if not _hook_installed:
        _hook_installed = True
        sys.addaudithook(_audit)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _check is _unwatched:
        return
    if event == "open":
        _audit_open(*args)
    elif event in _SOCKET_EVENTS:
        _check("socket", event)
    elif event in _PROCESS_EVENTS:
        _check("process", event)
    elif event == "sqlite3.connect":
        _check("store", "")


def _audit_open(path: object, mode: object, flags: object) -> None:
    name = os.fsdecode(path) if isinstance(path, str | bytes) else ""
    if name.startswith("/dev/") and name not in _HARMLESS_DEVICES:
        _check("serial", name)
    elif name not in _HARMLESS_DEVICES and _is_writing(mode, flags):
        _check("file", name)


def _is_writing(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING)
