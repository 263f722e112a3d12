from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject

from ui.tasks import TaskRunner

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def runner(qapp):
    runner = TaskRunner()
    yield runner
    runner.shutdown()


def _fail(error):
    raise error


def test_a_result_lands_on_the_gui_thread_and_the_work_does_not(runner, qtbot):
    owner = QObject()
    seen = []
    runner.run(
        threading.get_ident,
        owner=owner,
        on_success=lambda worker: seen.append((worker, threading.get_ident())),
        on_failure=_fail,
    )
    qtbot.waitUntil(lambda: bool(seen))
    worker, here = seen[0]
    assert here == threading.get_ident()
    assert worker != here


def test_a_failure_lands_on_the_gui_thread_as_the_error_it_was(runner, qtbot):
    owner = QObject()
    failures = []
    runner.run(
        lambda: _fail(ValueError("no")),
        owner=owner,
        on_success=lambda _: _fail(AssertionError("succeeded")),
        on_failure=lambda error: failures.append((error, threading.get_ident())),
    )
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0][0], ValueError)
    assert failures[0][1] == threading.get_ident()


def test_a_lane_never_runs_two_at_once_and_keeps_the_order(runner, qtbot):
    owner = QObject()
    inside = []
    overlaps = []
    done: list[int] = []
    first_may_end = threading.Event()

    def work(number):
        inside.append(number)
        if len(inside) > 1:
            overlaps.append(tuple(inside))
        if number == 0:
            assert first_may_end.wait(10)
        inside.remove(number)
        return number

    for number in range(50):
        runner.run(lambda n=number: work(n), owner=owner, on_success=done.append, on_failure=_fail, lane="db")
    first_may_end.set()
    qtbot.waitUntil(lambda: len(done) == 50)
    assert overlaps == []
    assert done == list(range(50))


def test_two_lanes_do_not_wait_for_one_another(runner, qtbot):
    owner = QObject()
    held = threading.Event()
    done = []
    runner.run(lambda: held.wait(10), owner=owner, on_success=lambda _: done.append("db"), on_failure=_fail, lane="db")
    runner.run(lambda: None, owner=owner, on_success=lambda _: done.append("pad"), on_failure=_fail, lane="pad")
    qtbot.waitUntil(lambda: done == ["pad"])
    held.set()
    qtbot.waitUntil(lambda: done == ["pad", "db"])


def test_outcomes_for_owners_that_are_gone_are_dropped_without_noise(runner, qtbot):
    gate = threading.Event()
    delivered: list[bool] = []
    owners = [QObject() for _ in range(200)]
    for owner in owners:
        runner.run(lambda: gate.wait(10), owner=owner, on_success=delivered.append, on_failure=_fail)
    for owner in owners:
        shiboken6.delete(owner)
    gate.set()
    last = QObject()
    end: list[str] = []
    runner.run(lambda: "end", owner=last, on_success=end.append, on_failure=_fail)
    qtbot.waitUntil(lambda: end == ["end"])
    assert delivered == []


def test_shutdown_drops_what_has_not_begun(qapp, qtbot):
    runner = TaskRunner()
    owner = QObject()
    begun = threading.Event()
    gate = threading.Event()
    ran = []

    def first():
        begun.set()
        gate.wait(10)

    runner.run(first, owner=owner, on_success=lambda _: None, on_failure=_fail, lane="db")
    for _ in range(20):
        runner.run(lambda: ran.append(1), owner=owner, on_success=lambda _: None, on_failure=_fail, lane="db")
    assert begun.wait(10)
    opener = threading.Timer(0.05, gate.set)
    opener.start()
    runner.shutdown()
    opener.join()
    assert ran == []


def test_after_the_end_nothing_begins_and_nothing_is_told(qapp, qtbot):
    runner = TaskRunner()
    owner = QObject()
    told: list[str] = []
    runner.run(lambda: "late", owner=owner, on_success=told.append, on_failure=_fail)
    runner.shutdown()
    runner.run(lambda: "later", owner=owner, on_success=told.append, on_failure=_fail)
    qtbot.wait(20)
    assert told == []


def test_two_hundred_thousand_emissions_pass():
    # PySide6 6.12 on Python 3.11 gives back a reference too many on each and aborts (docs/decisions/0005).
    program = textwrap.dedent(
        """
        from PySide6.QtCore import QCoreApplication, QObject, Signal

        class Sender(QObject):
            sent = Signal(object)

        class Receiver(QObject):
            count = 0
            def receive(self, value):
                self.count += value is True

        app = QCoreApplication([])
        sender, receiver = Sender(), Receiver()
        sender.sent.connect(receiver.receive)
        for _ in range(200_000):
            sender.sent.emit(True)
        print(receiver.count)
        """
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=55, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "200000"
