"""Seeded simulations: nothing told is untrue, and after the last fault both ends become equal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.helpers.source import ROOT
from tests.sync.seeds import kept_seeds
from tests.sync.simulation import Simulation

OPEN = {kept.seed for kept in kept_seeds() if kept.is_open}
MEMORY_SEEDS = [seed for seed in range(245) if seed not in OPEN][:240]
STORE_SEEDS = [seed for seed in range(1000, 1065) if seed not in OPEN][:60]
TIMED = 5
"""Every so many seeds a clean sync of each desk is measured too; `dev.py soak` measures in every run."""


@pytest.mark.parametrize("seed", MEMORY_SEEDS)
def test_desks_and_hub_end_equal(seed, quick_place):
    Simulation(seed, quick_place, is_timed=seed % TIMED == 0).run()


@pytest.mark.parametrize("seed", STORE_SEEDS)
def test_real_stores_and_the_hub_end_equal(seed, quick_place):
    Simulation(seed, quick_place, desk="store", is_timed=seed % TIMED == 0).run()


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(kept, marks=[pytest.mark.xfail(reason=kept.reason, strict=True)] if kept.is_open else [])
        for kept in kept_seeds()
    ],
    ids=lambda kept: f"{kept.desk}-{kept.seed}",
)
def test_a_seed_that_once_found_something(kept, quick_place):
    Simulation(kept.seed, quick_place, desk=kept.desk).run()


ONE_RUN = """
import sys, tempfile
from pathlib import Path
from tests.sync.simulation import Simulation
with tempfile.TemporaryDirectory() as folder:
    print(Simulation(int(sys.argv[1]), Path(folder), desk=sys.argv[2], is_timed=False).run())
"""


def run_in_a_process(seed, desk, hash_seed):
    """The hash of a run in a process of its own, whose dicts and sets are ordered by another hash."""
    done = subprocess.run(
        [sys.executable, "-c", ONE_RUN, str(seed), desk],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(("seed", "desk"), [(2000, "memory"), (2001, "memory"), (2003, "store")])
def test_the_same_seed_makes_the_same_trace_in_every_process(seed, desk, quick_place):
    first = Simulation(seed, quick_place, desk=desk, is_timed=False).run()
    assert run_in_a_process(seed, desk, "1") == run_in_a_process(seed, desk, "2") == first


def test_another_seed_makes_another_trace(quick_place):
    first = Simulation(3000, quick_place / "first", is_timed=False).run()
    assert Simulation(3001, quick_place / "second", is_timed=False).run() != first
