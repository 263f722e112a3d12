"""Killed anywhere on its way, a hand-over begun again ends as one never disturbed; and sticks that really fail."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from clerk_app import failpoints
from clerk_app.errors import StickFull, StickReadOnly
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.store.verify import verify_store
from sync.engine import sync_once
from sync.hub.devices import EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import Hub, HubSeams, open_hub
from sync.hub.service import HubService
from sync.hub.verify import verify_hub
from sync.lane import SyncLane
from tests.faults.test_sync_failpoints import KILLED, in_child
from tests.helpers.failpoints import names_of
from tests.helpers.hub import clerk_hub, clerk_hub_json
from tests.sync.conftest import DirectLine
from tests.sync.test_handovers import Laptop
from tests.sync.test_pack import case_with_scan

CASES = 3
SEAMS = HubSeams(SystemClock(), SystemDisk(), SystemRng())
URL = "http://127.0.0.1:9"


def opened(folder: Path) -> Hub:
    return open_hub(folder, SEAMS)


class Journey:
    """A team, a carrier and a hub, and every step between them, each of which may be done again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.hub_folder, self.stick = folder, folder / "hub", folder / "stick"
        self.stick.mkdir()
        hub = opened(self.hub_folder)
        files = [enrol(hub, EnrolmentWish("999999", "例州区政务服务中心", name, URL, URL)) for name in "ab"]
        hub.close()
        self.team, self.hall = (
            Laptop(folder / name, content, SystemClock(), SystemRng())
            for name, content in zip("ab", files, strict=True)
        )
        for counter in range(1, CASES + 1):
            case_with_scan(self.team, counter, bytes([counter]) * 200_000)

    def run(self) -> None:
        self.team.handovers.export(self.stick / "there")
        self.hall.handovers.take_in(self.stick / "there")
        self.sync_hall()
        self.hall.handovers.write_return(self.stick / "back")
        self.team.handovers.take_in(self.stick / "back")

    def sync_hall(self) -> None:
        hub = opened(self.hub_folder)
        line = DirectLine(HubService(hub))
        sync_once(SyncLane(self.hall, line, SystemClock(), SystemRng(), cargo=self.hall.store.cargo))
        hub.close()

    def restart(self) -> None:
        self.team.restart()
        self.hall.restart()

    def close(self) -> None:
        self.team.close()
        self.hall.close()


@pytest.fixture
def journey(tmp_path):
    journey = Journey(tmp_path)
    yield journey
    journey.close()


def has_all_once(folder: Path) -> None:
    hub = opened(folder)
    found = digest(hub)
    assert (found.cases, found.entries, found.blobs, found.parked) == (CASES, CASES, CASES, 0)
    assert verify_hub(hub).first_fault is None
    assert len(list((folder / "blobs").glob("?/*"))) == CASES  # nothing is left of the parcel itself
    hub.close()


@pytest.mark.parametrize("point", names_of("handover"))
def test_a_hand_over_killed_anywhere_and_begun_again_arrives_once(journey, point):
    journey.close()

    def and_die() -> None:
        journey.restart()
        failpoints.arm(point)
        journey.run()

    in_child(and_die)
    journey.restart()
    hub = opened(journey.hub_folder)
    stored = digest(hub).entries
    hub.close()
    assert len(journey.team.uploaded()) <= stored
    journey.run()
    has_all_once(journey.hub_folder)
    assert len(journey.team.uploaded()) == CASES
    assert journey.hall.handovers.standing().waiting == 0
    assert [path.name for path in journey.stick.iterdir() if path.suffix == ".tmp"] == []
    assert verify_store(journey.team.store).first_fault is None
    assert verify_store(journey.hall.store).first_fault is None


@pytest.mark.parametrize("nth", [1, 3, CASES + 2])
def test_an_import_at_the_hub_killed_after_any_record_is_simply_done_again(journey, nth):
    journey.team.handovers.export(journey.stick / "there")
    arguments = ("import", "--data", journey.hub_folder, journey.stick / "there")
    killed = clerk_hub(*arguments, failpoint=f"handover.record_taken:{nth}")
    assert killed.returncode == KILLED
    done = clerk_hub_json(*arguments)
    assert (done["entries"], done["blobs"], done["stopped"], done["missing"]) == (CASES, CASES, 0, 0)
    has_all_once(journey.hub_folder)


# ---- real sticks ------------------------------------------------------------------------------------------------


@pytest.fixture
def small_stick(tmp_path):
    """A stick of 256 KB: room for a third of the work."""
    if getattr(os, "geteuid", lambda: 1)() != 0:
        pytest.skip("needs root to mount a small tmpfs")
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let root mount a tmpfs")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.root
def test_a_stick_that_is_too_small_keeps_its_earlier_file_and_nothing_half(journey, small_stick):
    (small_stick / "letters").write_bytes(b"of somebody else")
    with pytest.raises(StickFull):
        journey.team.handovers.export(small_stick / "there")
    assert [path.name for path in small_stick.iterdir()] == ["letters"]
    assert journey.team.handovers.standing().exported_at is None
    journey.team.handovers.export(journey.stick / "there")
    assert journey.hall.handovers.take_in(journey.stick / "there").is_new


@pytest.mark.root
def test_a_protected_stick_is_said_to_be_protected(journey, small_stick):
    protect = ["mount", "-o", "remount,ro", str(small_stick)]
    if subprocess.run(protect, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let root protect a tmpfs")
    with pytest.raises(StickReadOnly):
        journey.team.handovers.export(small_stick / "there")
