"""Killed anywhere on its way, a hand-over begun again ends as one that was never disturbed."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest

from clerk_app import failpoints
from clerk_app.seams import SystemClock, SystemDisk, SystemRng
from clerk_app.security.parcel import check_parcel
from clerk_app.store.verify import verify_store
from sync.handover.answer import take_return
from sync.handover.pack import Packing, pack
from sync.hub.carried import expect, take
from sync.hub.devices import Device, EnrolmentWish, enrol
from sync.hub.digest import digest
from sync.hub.hub import Hub, HubSeams, open_hub
from sync.hub.verify import verify_hub
from sync.schemas import HandoverAsk, TakeAsk
from tests.faults.test_sync_failpoints import in_child
from tests.helpers.failpoints import names_of
from tests.helpers.hub import clerk_hub, clerk_hub_json
from tests.sync.store_desk import StoreDesk
from tests.sync.test_pack import case_with_scan

KILLED = -9
CASES = 3
SEAMS = HubSeams(SystemClock(), SystemDisk(), SystemRng())


def opened(folder: Path) -> Hub:
    return open_hub(folder, SEAMS)


@pytest.fixture
def desk(tmp_path):
    hub = opened(tmp_path / "hub")
    wish = EnrolmentWish("999999", "例州区政务服务中心", "流动办事厅", "http://127.0.0.1:9", "http://127.0.0.1:9")
    content = enrol(hub, wish)
    hub.close()
    desk = StoreDesk(tmp_path / "desk", content, SystemClock(), SystemRng())
    for counter in range(1, CASES + 1):
        case_with_scan(desk, counter, bytes([counter]) * 200_000)
    yield desk
    desk.close()


@pytest.fixture
def stick(desk, tmp_path):
    path = tmp_path / "stick.handover"
    with path.open("wb") as file:
        pack(desk, Packing(desk.handover_key()), file, clock=desk.clock, rng=desk.rng)
    return path


def carried(folder: Path, stick: Path) -> bytes:
    """What a carrier's calls come to, without the carrier: the hub's return, in base64."""
    hub, carrier, content = opened(folder), Device("999999", "002", b""), stick.read_bytes()
    parcel = check_parcel(io.BytesIO(content)).id
    answer = expect(hub, carrier, HandoverAsk(id=parcel))
    if answer.state == "arriving":
        hub.shelf.append(parcel, answer.offset, content[answer.offset :])
        assert hub.shelf.finish(parcel)
    answer = take(hub, carrier, TakeAsk(id=parcel, after=0))
    hub.close()
    assert answer.state == "taken"
    return (answer.parcel or "").encode()


def journey(folder: Path, stick: Path, desk: StoreDesk) -> None:
    file = io.BytesIO(base64.b64decode(carried(folder, stick)))
    take_return(desk, file, check_parcel(file))


def has_all_once(folder: Path) -> None:
    hub = opened(folder)
    found = digest(hub)
    assert (found.cases, found.entries, found.blobs, found.parked) == (CASES, CASES, CASES, 0)
    assert verify_hub(hub).first_fault is None
    assert list((folder / "blobs" / "arriving").iterdir()) == []
    hub.close()


@pytest.mark.parametrize("point", names_of("handover"))
def test_a_hand_over_killed_anywhere_and_begun_again_arrives_once(tmp_path, desk, stick, point):
    desk.store.close()

    def and_die() -> None:
        desk.restart()
        failpoints.arm(point)
        journey(tmp_path / "hub", stick, desk)

    in_child(and_die)
    desk.restart()
    told = desk.uploaded()
    hub = opened(tmp_path / "hub")
    assert told <= {(chain.chain, seq) for chain in desk.own_chains() for seq in range(1, digest(hub).entries + 1)}
    hub.close()
    journey(tmp_path / "hub", stick, desk)
    has_all_once(tmp_path / "hub")
    assert len(desk.uploaded()) == CASES
    assert verify_store(desk.store).first_fault is None


@pytest.mark.parametrize("nth", [1, 3, CASES + 2])
def test_an_import_at_the_hub_killed_after_any_record_is_simply_done_again(tmp_path, stick, nth):
    folder = tmp_path / "hub"
    killed = clerk_hub("import", "--data", folder, stick, failpoint=f"handover.record_taken:{nth}")
    assert killed.returncode == KILLED
    done = clerk_hub_json("import", "--data", folder, stick)
    assert (done["entries"], done["blobs"], done["stopped"], done["missing"]) == (CASES, CASES, 0, 0)
    has_all_once(folder)
