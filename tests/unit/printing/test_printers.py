"""One contract for every printer: whole or not at all, and a plain reason."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clerk_app.errors import (
    BugError,
    PrinterNotFound,
    PrinterOffline,
    PrinterRefused,
    PrinterSilent,
)
from clerk_app.seams import SystemDisk
from clerk_app.services.ports import Printer
from printing.printers import CupsPrinter, FolderPrinter

PDF = b"%PDF-1.3 \x00\xff a paper" * 5000

# A print system of two small programs: `lpstat` reads the queue's state from a file, `lp` keeps what it is given.
LPSTAT = """
import pathlib, sys, time
desk = pathlib.Path(__file__).parent
state = (desk / "state").read_text()
if state == "hangs": time.sleep(60)
if sys.argv[-1] == "-r": print("scheduler is not running" if state == "down" else "scheduler is running")
elif sys.argv[-1] != "COUNTER": sys.exit("lpstat: Invalid destination name in list \\"%s\\"." % sys.argv[-1])
elif state == "paused": print("printer COUNTER disabled since Sun Nov 22 01:18:48 2026 -\\n\\tPaused")
else: print("printer COUNTER is idle.  enabled since Sun Nov 22 01:18:48 2026")
"""
LP = """
import pathlib, sys, time
desk = pathlib.Path(__file__).parent
state = (desk / "state").read_text()
if state == "hangs at lp": time.sleep(60)
if state == "rejects": sys.exit("lp: Destination \\"COUNTER\\" is not accepting jobs.")
if state == "full": sys.exit("lp: Error - no space left for the document")
name = sys.argv[sys.argv.index("-t") + 1]
(desk / "out" / (name + ".pdf")).write_bytes(sys.stdin.buffer.read())
(desk / "command").write_text(" ".join(sys.argv[1:]))
"""


class Desk:
    """A printer under test: where its papers come out, and a way to make another of its kind that is not there."""

    def __init__(self, printer: Printer, out: Path, absent: Printer):
        self.printer = printer
        self.out = out
        self.absent = absent

    def paper(self, name: str) -> bytes | None:
        path = self.out / f"{name}.pdf"
        return path.read_bytes() if path.exists() else None


@pytest.fixture
def print_system(tmp_path):
    """The stand-in's folder, its two commands executable and its queue ready."""
    (tmp_path / "out").mkdir()
    for command, source in (("lp", LP), ("lpstat", LPSTAT)):
        path = tmp_path / command
        path.write_text(f"#!{sys.executable} -S\n{source}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "state").write_text("ready")
    return tmp_path


def queue(print_system, name="COUNTER", timeout_s=20.0):
    return CupsPrinter(name, timeout_s=timeout_s, lp=str(print_system / "lp"), lpstat=str(print_system / "lpstat"))


@pytest.fixture
def folder_desk(tmp_path):
    return Desk(FolderPrinter(tmp_path, SystemDisk()), tmp_path, FolderPrinter(tmp_path / "absent", SystemDisk()))


@pytest.fixture
def lp_desk(print_system):
    return Desk(queue(print_system), print_system / "out", queue(print_system, "ABSENT"))


@pytest.fixture
def cups_desk(tmp_path):
    """A private cupsd with one queue."""
    if shutil.which("cupsd", path=SBIN) is None:
        pytest.skip("cupsd is not installed")
    with PrivateCups(tmp_path) as cups:
        yield cups.desk()


@pytest.fixture(params=["folder_desk", "lp_desk", "cups_desk"])
def desk(request):
    return request.getfixturevalue(request.param)


def test_a_document_comes_out_whole_under_its_name(desk):
    desk.printer.print_pdf(PDF, name="999999-receipt_1.a")
    wait_until(lambda: desk.paper("999999-receipt_1.a") == PDF)


def test_a_printer_that_is_not_there_is_named(desk):
    with pytest.raises(PrinterNotFound) as failure:
        desk.absent.print_pdf(PDF, name="receipt")
    assert "absent" in str(failure.value.data["printer"]).lower()
    assert desk.paper("receipt") is None


@pytest.mark.parametrize("name", ["", "收件凭证", "../receipt", "a/b", "-o", "a b", "a" * 101, "receipt\n"])
def test_a_name_that_is_no_plain_word_is_refused_before_anything_is_handed_over(desk, name):
    before = sorted(desk.out.iterdir())
    with pytest.raises(BugError):
        desk.printer.print_pdf(PDF, name=name)
    assert sorted(desk.out.iterdir()) == before


def test_printing_again_into_a_folder_leaves_one_file_with_the_new_content(folder_desk):
    folder_desk.printer.print_pdf(PDF, name="receipt")
    folder_desk.printer.print_pdf(PDF + b"again", name="receipt")
    assert [path.name for path in folder_desk.out.iterdir()] == ["receipt.pdf"]
    assert folder_desk.paper("receipt") == PDF + b"again"


def test_a_full_disk_is_told_and_the_old_file_stays(folder_desk):
    folder_desk.printer.print_pdf(PDF, name="receipt")
    full = FolderPrinter(folder_desk.out, FullDisk())
    with pytest.raises(PrinterRefused) as failure:
        full.print_pdf(PDF + b"again", name="receipt")
    assert failure.value.data["reason"] == os.strerror(28)
    assert folder_desk.paper("receipt") == PDF


def test_a_queue_gets_a_true_size_a4_job_under_the_name(print_system):
    queue(print_system).print_pdf(PDF, name="receipt")
    command = (print_system / "command").read_text()
    assert command == "-d COUNTER -t receipt -o media=A4 -o print-scaling=none"


@pytest.mark.parametrize("state", ["down", "paused", "rejects"])
def test_a_queue_that_takes_nothing_now_is_offline_and_worth_another_try(print_system, state):
    (print_system / "state").write_text(state)
    with pytest.raises(PrinterOffline) as failure:
        queue(print_system).print_pdf(PDF, name="receipt")
    assert failure.value.retryable
    assert list((print_system / "out").iterdir()) == []


def test_a_refused_job_carries_the_print_systems_own_word(print_system):
    (print_system / "state").write_text("full")
    with pytest.raises(PrinterRefused) as failure:
        queue(print_system).print_pdf(PDF, name="receipt")
    assert failure.value.data["reason"] == "Error - no space left for the document"


def test_silence_while_handing_over_is_never_retried_by_itself(print_system):
    (print_system / "state").write_text("hangs at lp")
    with pytest.raises(PrinterSilent) as failure:
        queue(print_system, timeout_s=0.5).print_pdf(PDF, name="receipt")
    assert not failure.value.retryable


def test_silence_before_handing_over_is_only_offline(print_system):
    (print_system / "state").write_text("hangs")
    with pytest.raises(PrinterOffline):
        queue(print_system, timeout_s=0.5).print_pdf(PDF, name="receipt")


def test_a_machine_without_a_print_system_has_no_such_printer(tmp_path):
    with pytest.raises(PrinterNotFound):
        queue(tmp_path).print_pdf(PDF, name="receipt")


def test_a_stopped_real_queue_is_offline_and_keeps_no_job(tmp_path):
    if shutil.which("cupsd", path=SBIN) is None:
        pytest.skip("cupsd is not installed")
    with PrivateCups(tmp_path) as cups:
        cups.run("cupsdisable", "COUNTER")
        with pytest.raises(PrinterOffline):
            cups.desk().printer.print_pdf(PDF, name="receipt")
        assert cups.run("lpstat", "-o") == ""


# ---- helpers ----------------------------------------------------------------------------------------------------


class FullDisk(SystemDisk):
    """A disk that takes part of a file and no more."""

    def replace(self, path, content):
        path.with_name(path.name + ".tmp").write_bytes(content[:100])
        path.with_name(path.name + ".tmp").unlink()
        raise OSError(28, "full")


SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"

CUPSD_CONF = """
Listen {server}
Browsing Off
PreserveJobFiles Yes
DefaultAuthType None
<Location />
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""
CUPS_FILES_CONF = """
ServerRoot {root}/etc
ServerBin {prefix}/lib/cups
DataDir {prefix}/share/cups
StateDir {root}/run
CacheDir {root}/cache
RequestRoot {root}/spool
AccessLog {root}/access.log
ErrorLog {root}/error.log
PageLog {root}/page.log
Printcap
FileDevice Yes
User {user}
Group {group}
"""


class PrivateCups:
    """A cupsd of our own on a socket in a folder of our own."""

    def __init__(self, root: Path):
        self.root = root
        self.server = str(root / "run" / "sock")

    def __enter__(self):
        cupsd = Path(shutil.which("cupsd", path=SBIN) or "").resolve()
        account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        for name in ("etc", "run", "cache", "spool"):
            (self.root / name).mkdir()
        values = {"root": self.root, "server": self.server, "prefix": cupsd.parents[1], "user": account.pw_name}
        group = "nogroup" if os.getuid() == 0 else str(account.pw_gid)
        (self.root / "cupsd.conf").write_text(CUPSD_CONF.format(**values))
        (self.root / "cups-files.conf").write_text(CUPS_FILES_CONF.format(**values, group=group))
        self.process = subprocess.Popen(
            [cupsd, "-f", "-c", self.root / "cupsd.conf", "-s", self.root / "cups-files.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: "is running" in self.run("lpstat", "-r"))
        self.run("lpadmin", "-p", "COUNTER", "-E", "-v", "file:///dev/null", "-m", "raw")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)

    def run(self, command: str, *arguments: str) -> str:
        surroundings = {**os.environ, "CUPS_SERVER": self.server, "LC_ALL": "C", "PATH": SBIN}
        done = subprocess.run([command, *arguments], capture_output=True, env=surroundings, timeout=20, check=False)
        return done.stdout.decode()

    def desk(self) -> Desk:
        here, absent = (CupsPrinter(name, server=self.server) for name in ("COUNTER", "ABSENT"))
        return Spool(here, self.root / "spool", absent)


class Spool(Desk):
    """What cupsd took in lies in its spool under a number of its own."""

    def paper(self, name):
        documents = sorted(self.out.glob("d*"))
        return documents[-1].read_bytes() if documents else None


def wait_until(true, timeout_s=10.0):
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
