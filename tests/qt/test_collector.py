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


def test_what_is_left_by_the_first_full_collection_is_not_looked_through_again(collector, monkeypatch):
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, gc.get_threshold()[2] + 1))
    collector.collect()
    assert len(gc.get_objects()) < gc.get_freeze_count()
    frozen = gc.get_freeze_count()
    seen: list[int] = []
    Ring(seen)
    collector.collect()
    assert seen == [threading.get_ident()]
    assert gc.get_freeze_count() <= frozen


def test_the_interpreter_collects_again_afterwards(collector):
    collector.end()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
