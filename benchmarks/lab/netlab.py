"""Two machines on one: network namespaces for client and hub, joined by a line whose shape we choose.

    with Link("bad4g", seed=1) as link:
        link.start("hub", ["python3", "server.py", "--host", link.hub])
        link.wait_port(7000)
        link.mark()
        link.run("client", [...])
        link.bytes()        # IP bytes since `mark`, up and down

`lan` is a veth pair without any shaping. The others are TUN devices with an emulator between them. Needs root; the
namespaces are private to this machine and are removed at the end, with every process started in them.
Where that cannot be, `Loopback` runs the same processes side by side, without counting bytes.

By hand: python -m benchmarks.lab.netlab PROFILE -- COMMAND…    runs it in the client's namespace, with $HUB set
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from benchmarks.lab.emulator import Emulator, Profile
from benchmarks.lab.places import ROOT, environment

PROFILES: Mapping[str, Profile | None] = {
    "lan": None,
    "ideal": Profile(rtt_ms=0, loss=0, up=1e9, down=1e9, queue=1000),
    "4g": Profile(rtt_ms=80, loss=0.005, up=5e6, down=20e6, queue=200, jitter_ms=5),
    "bad4g": Profile(rtt_ms=300, loss=0.05, up=2e6, down=2e6, queue=100, jitter_ms=10),
    "lossy2": Profile(rtt_ms=300, loss=0.02, up=2e6, down=2e6, queue=100, jitter_ms=10),
    "slow": Profile(rtt_ms=300, loss=0, up=2e6, down=2e6, queue=100),
}
CONGESTION = "cubic"
"""What both ends should use; a kernel that does not let namespaces choose keeps its own, and the report says which."""
STOP_S = 10.0

Where = Literal["client", "hub"]

_CONGESTION_SETTING = "net.ipv4.tcp_congestion_control"
_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_TUN_NO_INFO = 0x1001


@dataclass(frozen=True, slots=True)
class Traffic:
    """IP bytes on the line, client to hub and back."""

    up: int
    down: int


def can_make_links() -> bool:
    """Whether this process may make namespaces and TUN devices here."""
    if sys.platform != "linux" or os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        return False
    name = f"probe{os.getpid()}"
    try:
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
    if made:
        _ip("netns", "del", name)
    return made


class Processes:
    """What was started at either end; all of it ends with the block."""

    client: str
    hub: str

    def __init__(self, bytecode: Path) -> None:
        """`bytecode`: where the processes keep their compiled code."""
        self.environment = environment(bytecode)
        self._started: list[subprocess.Popen[str]] = []

    def start(self, where: Where, command: Sequence[str | Path], **options: Any) -> subprocess.Popen[str]:
        """Start a process and leave it running."""
        process = subprocess.Popen(self._at(where, command), text=True, cwd=ROOT, env=self.environment, **options)
        self._started.append(process)
        return process

    def run(self, where: Where, command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a process to its end."""
        command = self._at(where, command)
        return subprocess.run(command, text=True, check=False, cwd=ROOT, env=self.environment, **options)

    def wait_port(self, port: int, *, process: subprocess.Popen[str], timeout_s: float = 60) -> None:
        """Wait until the hub listens; raise `TimeoutError`, or `ChildProcessError` if `process` ended before."""
        probe = f"import socket; socket.create_connection(('{self.hub}', {port}), 1).close()"
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ChildProcessError(f"the hub ended with {process.returncode}")
            if self.run("hub", [sys.executable, "-S", "-c", probe], capture_output=True).returncode == 0:
                return
            time.sleep(0.05)
        raise TimeoutError(f"nobody listens on port {port}")

    def end_all(self) -> None:
        """End what still runs."""
        for process in self._started:
            if process.poll() is None:
                process.terminate()
        for process in self._started:
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def _at(self, where: Where, command: Sequence[str | Path]) -> list[str]:
        raise NotImplementedError


class Loopback(Processes):
    """Both ends on this machine's loopback; bytes are not counted."""

    def __init__(self, bytecode: Path) -> None:
        super().__init__(bytecode)
        self.client = self.hub = "127.0.0.1"
        self.congestion = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_all()

    def mark(self) -> None:
        """Nothing to mark."""

    def bytes(self) -> None:
        """No bytes are known."""

    def _at(self, where: Where, command: Sequence[str | Path]) -> list[str]:
        return [str(word) for word in command]


class Link(Processes):
    """Client and hub in namespaces of their own, with a line of the named profile between them."""

    def __init__(self, profile: str, bytecode: Path, *, seed: int = 1) -> None:
        super().__init__(bytecode)
        self.client, self.hub = "10.77.0.1", "10.77.0.2"
        self._profile = PROFILES[profile]
        self._seed = seed
        tag = f"{os.getpid() % 100000}x{threading.get_native_id() % 1000}"
        self._names: Mapping[Where, str] = {"client": f"wc{tag}", "hub": f"wh{tag}"}
        self._devices: Mapping[Where, str] = {"client": "line0", "hub": "line0"}
        self._emulator: Emulator | None = None
        self._marked = (0, 0)

    def __enter__(self) -> Self:
        try:
            self._make()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_all()
        self._remove()

    # ---- bytes --------------------------------------------------------------------------------------------------

    def mark(self) -> None:
        """Count from here."""
        self._marked = self._carried()

    def bytes(self) -> Traffic:
        """What was carried since the mark."""
        up, down = self._carried()
        return Traffic(up - self._marked[0], down - self._marked[1])

    def cut(self, *, is_cut: bool) -> None:
        """Cut the line, or join it again."""
        if self._emulator is not None:
            self._emulator.cut = is_cut
        else:
            self._inside("client", "ip", "link", "set", self._devices["client"], "down" if is_cut else "up")

    def _carried(self) -> tuple[int, int]:
        if self._emulator is not None:
            return self._emulator.sent
        folder = f"/sys/class/net/{self._devices['client']}/statistics"
        sent, received = self._inside("client", "cat", f"{folder}/tx_bytes", f"{folder}/rx_bytes").split()
        return int(sent), int(received)

    @property
    def congestion(self) -> str:
        """The congestion control that the client really uses."""
        return self._inside("client", "sysctl", "-n", _CONGESTION_SETTING).strip()

    # ---- making and removing ------------------------------------------------------------------------------------

    def _make(self) -> None:
        for name in self._names.values():
            _ip("netns", "add", name)
            _run("ip", "netns", "exec", name, "ip", "link", "set", "lo", "up")
        if self._profile is None:
            peer = ("peer", "name", self._devices["hub"], "netns", self._names["hub"])
            _ip("link", "add", self._devices["client"], "netns", self._names["client"], "type", "veth", *peer)
        else:
            ends = tuple(_open_tun(self._names[end], self._devices[end]) for end in ("client", "hub"))
            self._emulator = Emulator((ends[0], ends[1]), self._profile, self._seed)
        self._address("client", self.client, self.hub)
        self._address("hub", self.hub, self.client)
        if self._emulator is not None:
            self._emulator.start()
        self.mark()

    def _address(self, end: Where, own: str, other: str) -> None:
        device = self._devices[end]
        address = [own + "/24"] if self._profile is None else [own, "peer", other]
        self._inside(end, "ip", "addr", "add", *address, "dev", device)
        self._inside(end, "ip", "link", "set", device, "up")
        for setting in (f"{_CONGESTION_SETTING}={CONGESTION}", "net.ipv4.tcp_no_metrics_save=1"):
            self.run(end, ["sysctl", "-q", "-w", setting], capture_output=True)

    def _remove(self) -> None:
        if self._emulator is not None:
            self._emulator.stop()
        for name in self._names.values():
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def _at(self, where: Where, command: Sequence[str | Path]) -> list[str]:
        return ["ip", "netns", "exec", self._names[where], *(str(word) for word in command)]

    def _inside(self, where: Where, *command: str) -> str:
        return _run(*self._at(where, command))


def free_port() -> int:
    """A port of loopback nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _ip(*words: str) -> str:
    return _run("ip", *words)


def _open_tun(namespace: str, name: str) -> int:
    """Open a TUN device inside a namespace; its descriptor works from here. `setns` moves one thread only."""
    opened: list[int | OSError] = []

    def work() -> None:
        try:
            opened.append(_open_tun_here(namespace, name))
        except OSError as error:
            opened.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(opened[0], OSError):
        raise opened[0]
    return opened[0]


def _open_tun_here(namespace: str, name: str) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    with open(f"/var/run/netns/{namespace}", "rb") as handle:
        if library.setns(handle.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TUN_NO_INFO))
    return device


def main(arguments: Sequence[str]) -> int:
    """Run a command at the client's end."""
    profile, separator, *command = arguments
    if separator != "--" or not command:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as bytecode, Link(profile, Path(bytecode)) as link:
        began = time.monotonic()
        code = link.run("client", ["env", f"HUB={link.hub}", *command]).returncode
        print(f"{time.monotonic() - began:.3f} s, {link.bytes()}", file=sys.stderr)
        return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
