"""Hands beside the lane: whatever an errand ends with comes back to the lane, once, with the time it took."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from random import Random

import pytest

from clerk_app.seams import SystemClock
from sync.crew import Crew, Errand, OneHand, ThreadedCrew
from sync.plan import Compare
from tests.sync.fakes import ShuffledCrew


@pytest.fixture(params=["one", "threads", "shuffled"])
def crew(request):
    made: dict[str, Callable[[], Crew]] = {
        "one": lambda: OneHand(SystemClock()),
        "threads": lambda: ThreadedCrew(SystemClock(), 4),
        "shuffled": lambda: ShuffledCrew(SystemClock(), Random(7)),
    }
    with closing(made[request.param]()) as crew:
        yield crew


def test_every_errand_comes_back_once_with_its_answer(crew):
    begun = [Errand(Compare(), partial(int, n)) for n in range(crew.size)]
    for errand in begun:
        crew.begin(errand)
    done = [crew.next_done() for _ in begun]
    assert sorted(errand.answer() for errand in done) == list(range(crew.size))
    assert {id(errand) for errand in done} == {id(errand) for errand in begun}
    assert all(errand.seconds >= 0 for errand in done)


def test_what_an_errand_raises_is_raised_where_its_answer_is_asked_for(crew):
    def fail():
        raise SystemExit(3)

    crew.begin(Errand(Compare(), fail))
    errand = crew.next_done()
    with pytest.raises(SystemExit):
        errand.answer()


def test_threads_work_at_the_same_time():
    meeting = threading.Barrier(3)
    with closing(ThreadedCrew(SystemClock(), 3)) as crew:
        for _ in range(3):
            crew.begin(Errand(Compare(), lambda: meeting.wait(10)))
        assert sorted(crew.next_done().answer() for _ in range(3)) == [0, 1, 2]


def test_closing_waits_for_nobody():
    held = threading.Event()
    crew = ThreadedCrew(SystemClock(), 1)
    crew.begin(Errand(Compare(), held.wait))
    crew.close()
    held.set()
