"""Seeded simulations: nothing told is untrue, and after the last fault both ends become equal."""

from __future__ import annotations

import pytest

from tests.sync.simulation import Simulation


@pytest.mark.parametrize("seed", range(100))
def test_desks_and_hub_end_equal(seed, tmp_path):
    Simulation(seed, tmp_path).run()


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_real_stores_and_the_hub_end_equal(seed, tmp_path):
    Simulation(seed, tmp_path, desk="store").run()


@pytest.mark.parametrize(("seed", "desk"), [(2000, "memory"), (2001, "memory"), (2002, "memory"), (2003, "store")])
def test_the_same_seed_makes_the_same_trace(seed, desk, tmp_path):
    first = Simulation(seed, tmp_path / "first", desk=desk).run()
    assert Simulation(seed, tmp_path / "second", desk=desk).run() == first


def test_another_seed_makes_another_trace(tmp_path):
    assert Simulation(3000, tmp_path / "first").run() != Simulation(3001, tmp_path / "second").run()
