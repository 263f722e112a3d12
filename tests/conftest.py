"""What every test has: no window on the desk, its own state folder, repeatable random cases."""

import gc
import logging
import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before Qt is imported anywhere: tests never open a window on a developer's desk.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_IN_MEMORY = Path("/dev/shm")

# A busy machine is not a wrong program, so no example has a deadline; in CI every run tries the same examples.
settings.register_profile("desk", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path_factory, monkeypatch):
    """Keep the copy of the witness and every other trace out of the user's own folders, and their data out of tests."""
    state = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("CLERK_STATE_DIR", str(state))
    monkeypatch.setenv("CLERK_DATA", str(state / "no desk"))


@pytest.fixture(autouse=True)
def _own_log():
    """A command called in a test begins the log of its process: take it away again, or later tests write into it."""
    root, hub = logging.getLogger(), logging.getLogger("sync.hub")
    before, levels, raises = list(root.handlers), (root.level, hub.level), logging.raiseExceptions
    yield
    for added in [one for one in root.handlers if one not in before and not type(one).__module__.startswith("_pytest")]:
        root.removeHandler(added)
        added.close()
    root.setLevel(levels[0])
    hub.setLevel(levels[1])
    logging.raiseExceptions = raises


@pytest.fixture
def collected_here():
    """While workers run, garbage waits for this thread: a timer collected in another one may not be stopped there."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.fixture
def quick_place(tmp_path):
    """A folder in memory where the system has one: a killed process leaves the same files there, without the fsyncs."""
    if not _IN_MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as place:
        yield Path(place)


def pytest_terminal_summary(terminalreporter, config):
    """Say how long each tier worked, so that whoever makes one slower sees it; the workers share that time."""
    worked: Counter[str] = Counter()
    for report in (one for group in terminalreporter.stats.values() for one in group if hasattr(one, "duration")):
        worked[report.nodeid.split("/")[1]] += report.duration
    tiers = ", ".join(f"{tier} {seconds / 60:.1f}" for tier, seconds in sorted(worked.items()))
    terminalreporter.write_line(f"minutes of work by tier, over {config.option.numprocesses or 1} workers: {tiers}")
