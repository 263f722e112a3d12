from __future__ import annotations

import pytest

from clerk_app.bootstrap import enrol_store, open_for_writing
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.store.store import Store
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.hub import HubSeams, open_hub
from tests.helpers.stores import CLERK, PASSWORD
from tests.helpers.workplace import ScriptedWorkplace
from tests.qt.desk import StillDesk
from tests.sync.work import case_number_of, taken_in
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


@pytest.fixture
def hub(tmp_path):
    made = open_hub(tmp_path / "hub", HubSeams(SystemClock(), SystemDisk(), SystemRng()))
    yield made
    made.close()


@pytest.fixture
def enrolled(tmp_path, hub):
    """Makes a workplace over a store that is enrolled with the hub, with some cases nobody has signed for."""
    places = []

    def make(name, *, cases=0):
        place = ScriptedWorkplace(tmp_path / name).create(practice=False)
        file = tmp_path / f"{name}.enrolment"
        file.write_bytes(enrol(hub, EnrolmentWish("999999", "", name, "http://127.0.0.1:9", "http://x")))
        with open_for_writing(place.folder, CLERK, PASSWORD) as store:
            enrol_store(store, file, clerk=CLERK)
            with store.write(CLERK) as unit:
                for count in range(1, cases + 1):
                    number = case_number_of("001", count)
                    unit.append(f"case/{number}", "case.taken_in", taken_in(number))
                unit.commit()
        places.append(place)
        return place

    yield make
    for place in places:
        place.close()
