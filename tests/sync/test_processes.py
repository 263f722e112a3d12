"""A hub of several processes on one socket: they share the work, one that dies is replaced, and all end together."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from clerk_app.file_lock import FileLock
from clerk_app.seams import SystemClock, SystemRng
from sync.engine import sync_once
from sync.hub.processes import CAN_FORK
from sync.hub.store import HubStore
from sync.lane import SyncLane
from sync.transport import HttpTransport
from tests.helpers.hub import RunningHub, clerk_hub, clerk_hub_json
from tests.sync.memory_desk import MemoryDesk
from tests.sync.work import case_number_of, scan, taken_in

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="processes that share a socket need fork")
SOON_S = 20


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as listed:
        return [int(child) for child in listed.read().split()]


def until(true, within_s=SOON_S):
    """Wait for something that another process does, by a deadline."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def answers(hub):
    try:
        with urllib.request.urlopen(f"{hub.url}/health", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def takes_connections(hub):
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", hub.port)) == 0


def options(database):
    return ("--db", database.url) if database.url else ()


def enrolled(hub, database):
    file = hub.folder.parent / "desk.wcenrol"
    wish = ("--device", "窗口", "--hall", "999999", "--out", file)
    assert clerk_hub("enrol", "--data", hub.folder, *options(database), *wish).returncode == 0
    return MemoryDesk.from_bytes(file.read_bytes(), SystemClock(), SystemRng())


def sync(desk, hub):
    with HttpTransport(hub.url) as line:
        return sync_once(SyncLane(desk, line, SystemClock(), SystemRng()))


def take_in(desk, number):
    case = case_number_of(desk.enrolment.device, number)
    desk.append(f"case/{case}", "case.taken_in", taken_in(case, scan(desk.put_blob(b"sealed %d " % number * 1000))))


def test_a_desk_goes_on_while_one_process_after_another_is_killed(tmp_path, database):
    with RunningHub(tmp_path / "hub", *options(database), processes=2) as hub:
        desk = enrolled(hub, database)
        until(lambda: len(children_of(hub.process.pid)) == 2)
        for number in range(1, 4):
            killed, _stays = children_of(hub.process.pid)
            os.kill(killed, signal.SIGKILL)
            take_in(desk, number)
            # The connection may have been the dead one's; then the next try goes through.
            until(lambda: sync(desk, hub).state == "done")
            until(lambda gone=killed: len(left := children_of(hub.process.pid)) == 2 and gone not in left)
    digest = clerk_hub_json("digest", "--data", hub.folder, *options(database))
    assert (digest["cases"], digest["blobs"], digest["entries"]) == (3, 3, 3)
    assert "is replaced" in (hub.folder / "hub.log").read_text(encoding="utf-8")


def test_told_to_stop_all_of_them_stop(tmp_path):
    with RunningHub(tmp_path / "hub", processes=3) as hub:
        until(lambda: len(children_of(hub.process.pid)) == 3)
        until(lambda: answers(hub))
        hub.process.send_signal(signal.SIGTERM)
        assert hub.process.wait(SOON_S) == -signal.SIGTERM
        assert not takes_connections(hub)


def test_when_the_first_is_killed_the_others_do_not_outlive_it(tmp_path):
    with RunningHub(tmp_path / "hub", processes=2) as hub:
        until(lambda: answers(hub))
        hub.process.kill()
        hub.process.wait(SOON_S)
        until(lambda: not takes_connections(hub))
        with RunningHub(hub.folder, port=hub.port) as again:
            assert answers(again)


def test_what_was_typed_wrongly_for_the_number_of_processes_is_said(tmp_path):
    for typed in ("0", "65", "many"):
        done = clerk_hub("serve", "--data", tmp_path / "hub", "--processes", typed)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "hub").exists()


def test_on_sqlite_processes_take_turns_at_writing(tmp_path):
    store = HubStore.open(tmp_path, None)
    begun, written = threading.Event(), threading.Event()

    def write():
        begun.set()
        store.put_value("name", "value")
        written.set()

    with FileLock(tmp_path / "hub.lock"):  # as another process holds it
        writer = threading.Thread(target=write)
        writer.start()
        assert begun.wait(SOON_S)
        assert store.value("name") is None
        assert not written.wait(0.2)
    writer.join(SOON_S)
    assert store.value("name") == "value"
    store.close()
