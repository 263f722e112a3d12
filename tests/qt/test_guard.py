from __future__ import annotations

import os
import pty
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
import serial

from ui import guard


@pytest.fixture
def watched():
    with guard.watch():
        yield


def test_sleeping_on_the_gui_thread_is_refused(watched):
    with pytest.raises(guard.GuiThreadBlocked) as caught:
        time.sleep(0)
    assert caught.value.kind == "sleep"


def test_a_socket_on_the_gui_thread_is_refused(watched):
    with socket.socket() as peer, pytest.raises(guard.GuiThreadBlocked) as caught:
        peer.connect(("127.0.0.1", 9))
    assert caught.value.kind == "socket"


def test_a_serial_port_on_the_gui_thread_is_refused():
    master, slave = pty.openpty()
    try:
        with guard.watch(), pytest.raises((guard.GuiThreadBlocked, serial.SerialException)) as caught:
            serial.Serial(os.ttyname(slave), timeout=0)
        assert "serial on the GUI thread" in str(caught.value)
    finally:
        os.close(master)
        os.close(slave)


def test_a_store_opened_on_the_gui_thread_is_refused(watched):
    with pytest.raises(guard.GuiThreadBlocked) as caught:
        sqlite3.connect(":memory:")
    assert caught.value.kind == "store"


def test_a_file_written_on_the_gui_thread_is_refused(tmp_path):
    path = tmp_path / "draft"
    with guard.watch(), pytest.raises(guard.GuiThreadBlocked) as caught:
        path.write_text("x")
    assert caught.value.kind == "file"
    assert not path.exists()


def test_a_process_started_on_the_gui_thread_is_refused(watched):
    with pytest.raises(guard.GuiThreadBlocked) as caught:
        subprocess.run([sys.executable, "-c", ""], check=True)
    assert caught.value.kind == "process"


def test_a_marked_place_is_refused_on_the_gui_thread_only(watched):
    with pytest.raises(guard.GuiThreadBlocked):
        guard.off_gui_thread("store")
    outcome = []

    def work():
        guard.off_gui_thread("store")
        time.sleep(0)
        outcome.append("worked")

    worker = threading.Thread(target=work)
    worker.start()
    worker.join(10)
    assert outcome == ["worked"]


def test_a_forbidden_call_is_refused_and_is_itself_again_afterwards(watched):
    renderer = SimpleNamespace(render=lambda: b"%PDF")
    with guard.forbid(renderer, "render", "pdf"), pytest.raises(guard.GuiThreadBlocked) as caught:
        renderer.render()
    assert caught.value.kind == "pdf"
    assert renderer.render() == b"%PDF"


def test_the_test_itself_may_work_in_a_pause(tmp_path):
    with guard.watch():
        with guard.pause():
            (tmp_path / "script").write_text("x")
        with pytest.raises(guard.GuiThreadBlocked):
            time.sleep(0)


def test_nothing_is_watched_unless_asked(tmp_path):
    guard.off_gui_thread("store")
    (tmp_path / "file").write_text("x")
    time.sleep(0)


def test_importing_the_guard_installs_no_audit_hook():
    program = "import ui.guard as g; g.off_gui_thread('store'); assert not g._hook_installed"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
