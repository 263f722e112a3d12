"""Where faults are put in."""

import tempfile
from pathlib import Path

import pytest

_IN_MEMORY = Path("/dev/shm")


@pytest.fixture
def quick_place(tmp_path):
    """A folder in memory where the system has one: a killed process leaves the same files there, without the fsyncs."""
    if not _IN_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as place:
        yield Path(place)
