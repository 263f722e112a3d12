"""Seeded simulations: nothing told is untrue, and after the last fault both ends become equal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.helpers.source import ROOT
from tests.sync.clean_sync import clean_seconds, least_clean_seconds
from tests.sync.eventful import EventfulSimulation
from tests.sync.losses import FIRST_LOSSY, LossySimulation, simulation
from tests.sync.seeds import kept_seeds
from tests.sync.simulation import Simulation

OPEN = {kept.seed for kept in kept_seeds() if kept.is_open}
MEMORY_SEEDS = [seed for seed in range(245) if seed not in OPEN][:210]
STORE_SEEDS = [seed for seed in range(1000, 1065) if seed not in OPEN][:40]
EVENTFUL = [(seed, "memory") for seed in range(7000, 7020)] + [(seed, "store") for seed in range(8000, 8030)]
LOSSY = [(seed, "memory") for seed in range(4_000_000, 4_000_016)] + [
    (seed, "store") for seed in range(4_100_000, 4_100_014)
]
WITH_PACKAGES = [(seed, "memory") for seed in range(9000, 9012)] + [(seed, "store") for seed in range(9500, 9508)]


@pytest.mark.parametrize("seed", MEMORY_SEEDS)
def test_desks_and_hub_end_equal(seed, quick_place):
    Simulation(seed, quick_place).run()


@pytest.mark.parametrize("seed", STORE_SEEDS)
def test_real_stores_and_the_hub_end_equal(seed, quick_place):
    Simulation(seed, quick_place, desk="store").run()


@pytest.mark.parametrize(("seed", "desk"), EVENTFUL)
def test_new_keys_and_sticks_change_nothing_about_it(seed, desk, quick_place):
    EventfulSimulation(seed, quick_place, desk=desk).run()


@pytest.mark.parametrize(("seed", "desk"), LOSSY)
def test_revoked_devices_and_what_two_lost_and_a_third_was_shown_change_nothing_about_it(seed, desk, quick_place):
    LossySimulation(seed, quick_place, desk=desk).run()


@pytest.mark.parametrize(("seed", "desk"), WITH_PACKAGES)
def test_packages_end_equal_too_child_by_child(seed, desk, quick_place):
    Simulation(seed, quick_place, desk=desk).run()


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(kept, marks=[pytest.mark.xfail(reason=kept.reason, strict=True)] if kept.is_open else [])
        for kept in kept_seeds()
    ],
    ids=lambda kept: f"{kept.desk}-{kept.seed}",
)
def test_a_seed_that_once_found_something(kept, quick_place):
    simulation(kept.seed, quick_place, desk=kept.desk, is_eventful=kept.is_eventful).run()


REPEATED = ((2000, "memory"), (2003, "store"), (4_000_003, "memory"), (4_100_003, "store"))
RUNS = """
import sys, tempfile
from pathlib import Path
from tests.sync.losses import FIRST_LOSSY, simulation
for run in sys.argv[1:]:
    seed, desk = run.split()
    is_eventful = int(seed) >= FIRST_LOSSY
    with tempfile.TemporaryDirectory() as folder:
        print(simulation(int(seed), Path(folder), desk=desk, is_eventful=is_eventful, is_timed=False).run())
"""


@pytest.fixture(scope="module")
def traces_elsewhere():
    """The hashes of the runs in two processes of their own, whose dicts and sets are ordered by other hashes."""
    runs = [f"{seed} {desk}" for seed, desk in REPEATED]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RUNS, *runs],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "2")
    ]
    told = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    return dict(zip(REPEATED, zip(*told, strict=True), strict=True))


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("seed", "desk"), REPEATED)
def test_the_same_seed_makes_the_same_trace_in_every_process(seed, desk, quick_place, traces_elsewhere):
    first = simulation(seed, quick_place, desk=desk, is_eventful=seed >= FIRST_LOSSY, is_timed=False).run()
    assert traces_elsewhere[seed, desk] == (first, first)


def test_another_seed_makes_another_trace(quick_place):
    first = Simulation(3000, quick_place / "first", is_timed=False).run()
    assert Simulation(3001, quick_place / "second", is_timed=False).run() != first


@pytest.mark.parametrize("seed", range(3010, 3014))
def test_what_a_clean_sync_takes_at_least_is_never_more_than_it_takes(seed, quick_place):
    run = Simulation(seed, quick_place, is_timed=False)
    run.run()
    for station in run.stations:
        clean = clean_seconds(station.desk, quick_place / f"clean{station.code}", station.make_paces())
        assert least_clean_seconds(station.desk) <= clean
