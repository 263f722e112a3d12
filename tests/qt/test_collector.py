from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject

from ui.collector import GuiCollector


class Ring:
    """Garbage that only a collector can find, and that tells which thread it went in."""

    def __init__(self, seen):
        self.ring = self
        weakref.finalize(self, lambda: seen.append(threading.get_ident()))


@pytest.fixture
def collector(qapp):
    gc.collect()
    parent = QObject()
    collector = GuiCollector(parent)
    collector.begin()
    yield collector
    collector.end()


def allocate_much():
    return [[] for _ in range(20_000)]


def test_a_worker_that_allocates_collects_nothing(collector):
    seen: list[int] = []
    Ring(seen)
    worker = threading.Thread(target=allocate_much)
    worker.start()
    worker.join(10)
    assert seen == []
    assert not gc.isenabled()


def test_the_gui_thread_collects_by_itself(collector, qtbot):
    seen: list[int] = []
    Ring(seen)
    kept = allocate_much()
    qtbot.waitUntil(lambda: bool(seen), timeout=5000)
    assert seen == [threading.get_ident()]
    assert kept


def test_the_interpreter_collects_again_afterwards(collector):
    collector.end()
    assert gc.isenabled()
