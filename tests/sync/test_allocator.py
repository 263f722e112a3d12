"""The hub keeps freed memory, and bounded: in a process of its own, since it holds for the rest of one."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHILD = """
import resource, sys
from sync.hub.allocator import KEPT, keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def faults(size):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytearray(size)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults(4 << 20)
print(faults(4 << 20), faults(KEPT + (16 << 20)), faults(KEPT + (16 << 20)))
"""


def faults(mode):
    done = subprocess.run([sys.executable, "-c", CHILD, mode], check=True, capture_output=True, text=True)
    return [int(count) for count in done.stdout.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone is asked")
def test_memory_that_was_freed_serves_the_next_large_body_but_not_without_bound():
    again, first, second = faults("kept")
    assert again < 100
    assert second > first / 2, "what is larger than may be kept goes back to the system"
    assert faults("asked for nothing")[0] > 100
