"""What the C library does with memory that was freed: on Linux the hub keeps some of it for the next request.

glibc gives every large block back to the system at once, which then has to clear its pages for the next one: with
scans of a few megabytes each that is a tenth of the hub's processor time.
"""

from __future__ import annotations

import ctypes
import sys

KEPT = 64 * 1024 * 1024
"""Bytes that may stay free at the end of an arena."""
_LARGE = 32 * 1024 * 1024
"""Bytes from which a block is still the system's own: the most that glibc takes for `M_MMAP_THRESHOLD` (malloc.h)."""
_ARENAS = 2
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8


def keep_freed_memory() -> None:
    """Ask glibc to; nothing happens where the C library is another."""
    if sys.platform != "linux":
        return
    try:
        set_option = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return
    for option, value in ((_M_MMAP_THRESHOLD, _LARGE), (_M_TRIM_THRESHOLD, KEPT), (_M_ARENA_MAX, _ARENAS)):
        set_option(option, value)
