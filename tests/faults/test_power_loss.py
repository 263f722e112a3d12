"""The power fails at any moment: what a clerk was told is safe, and what a hub has acked, is there afterwards.

A recorded run is cut at many points, each time in four ways (`benchmarks.lab.crash_disk`), and what is left is opened
by the real program: 504 states. That the check can see is shown by the same check on a program without its promise.
"""

from __future__ import annotations

import shutil

import pytest

from benchmarks.lab.crash_disk import Operation, Sync
from benchmarks.lab.powerloss import Subject, measure
from benchmarks.lab.powerloss_hub import OurHub
from benchmarks.lab.powerloss_ours import OurStore

POINTS = 63
"""Moments at which the power fails; there are four states of each."""
CONTROL_POINTS = 6
MUST_BREAK = 0.25
"""Share of a control's states that must be found broken; with fewer the check would be blind."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]


@pytest.mark.parametrize(("subject", "acts"), [(OurStore(), 8), (OurHub(), 20)], ids=["desk", "hub"])
def test_no_power_loss_breaks_a_promise(subject: Subject, acts, quick_place):
    found = measure(subject, quick_place, acts=acts, points=POINTS, seed=1)
    assert (found["states"], found["faults"]) == (POINTS * 4, {})


NOTHING: tuple[type[Operation], ...] = ()


@pytest.mark.parametrize(
    ("subject", "forget"),
    [(OurStore("NORMAL"), NOTHING), (OurHub("NORMAL"), NOTHING), (OurStore(), (Sync,)), (OurHub(), (Sync,))],
    ids=["desk-wal-normal", "hub-wal-normal", "desk-no-fsync", "hub-no-fsync"],
)
def test_a_program_that_does_not_wait_for_its_disk_is_caught(subject: Subject, forget, quick_place):
    found = measure(subject, quick_place, acts=6, points=CONTROL_POINTS, seed=1, forget=forget)
    assert int(str(found["broken"])) >= MUST_BREAK * int(str(found["states"]))
