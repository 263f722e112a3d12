from __future__ import annotations

import pytest

from clerk_app.store.store import Store
from tests.qt.desk import StillDesk
from ui import guard
from ui.tasks import TaskRunner


@pytest.fixture
def still(qapp, place):
    """A signed-in desk whose lanes stand still until the test settles them."""
    return StillDesk(place)


@pytest.fixture
def runner(qapp, place, collected_here):
    runner = TaskRunner()
    yield runner
    place.hurry()
    runner.shutdown()


@pytest.fixture
def guarded():
    """The GUI thread may neither wait nor touch the store while this lasts."""
    with guard.watch(), guard.forbid(Store, "read", "store"), guard.forbid(Store, "write", "store"):
        yield
