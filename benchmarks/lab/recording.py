"""Records what a process does to the files of one folder, by strace, with every byte.

A line the process writes to standard output as `TOLD something` is recorded in its place.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.lab.crash_disk import Create, Operation, Rename, Sync, Told, Truncate, Unlink, Write

TOLD = b"TOLD "
CALLS = "openat,lseek,pwrite64,write,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat"
_LINE = re.compile(r"^\d+\s+(?P<call>\w+)\((?P<arguments>.*)\)\s+=\s+(?P<result>-?\d+)")
_DESCRIPTOR = re.compile(r"^\s*(?:AT_FDCWD|-?\d+)<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_LONGEST = 4_000_000


def record(command: Sequence[str | Path], folder: Path, log: Path) -> list[Operation]:
    """Run `command` to its end and return what it did below `folder`; raise `CalledProcessError` if it failed."""
    strace = ["strace", "-f", "-y", "-xx", "-s", str(_LONGEST), "-e", f"trace={CALLS}", "-o", str(log)]
    subprocess.run([*strace, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    reader = _Reader(str(folder))
    with log.open(encoding="ascii", errors="replace") as lines:
        return [operation for line in lines for operation in reader.read(line)]


@dataclass(slots=True)
class _Call:
    """One finished call: the path behind its descriptor, its texts, its arguments as written, its result."""

    name: str
    path: str
    texts: list[bytes]
    arguments: str
    result: int

    @property
    def last_number(self) -> int:
        return int(self.arguments.rsplit(",", 1)[1])

    @property
    def descriptor(self) -> int:
        return int(self.arguments.split("<", 1)[0])

    def name_at(self, position: int) -> str:
        """A file name among the texts, made absolute."""
        return os.path.join(self.path, os.fsdecode(self.texts[position]))


@dataclass(slots=True)
class _Reader:
    folder: str
    positions: dict[int, int] = field(default_factory=dict)

    def read(self, line: str) -> Iterator[Operation]:
        """The operations of one line of strace."""
        call = _parse(line)
        if call is None:
            return
        for operation in self._operations(call):
            if isinstance(operation, Told) or operation.path.startswith(self.folder):
                yield operation

    def _operations(self, call: _Call) -> Iterator[Operation]:
        match call.name:
            case "openat":
                self.positions[call.result] = 0
                if "O_CREAT" in call.arguments:
                    yield Create(call.name_at(0))
                if "O_TRUNC" in call.arguments:
                    yield Truncate(call.name_at(0), 0)
            case "lseek":
                self.positions[call.descriptor] = call.result
            case "pwrite64":
                yield Write(call.path, call.last_number, call.texts[0][: call.result])
            case "write":
                yield self._written(call)
            case "ftruncate":
                yield Truncate(call.path, call.last_number)
            case "fsync" | "fdatasync":
                yield Sync(call.path)
            case "rename" | "renameat" | "renameat2":
                yield Rename(call.name_at(0), call.name_at(1))
            case "unlink" | "unlinkat":
                yield Unlink(call.name_at(0))

    def _written(self, call: _Call) -> Operation:
        content = call.texts[0][: call.result] if call.texts else b""
        if content.startswith(TOLD):
            return Told(content.removeprefix(TOLD).strip().decode())
        at = self.positions.get(call.descriptor, 0)
        self.positions[call.descriptor] = at + call.result
        return Write(call.path, at, content)


def _parse(line: str) -> _Call | None:
    found = _LINE.match(line)
    if found is None or int(found["result"]) < 0:
        return None
    descriptor = _DESCRIPTOR.match(found["arguments"])
    path = os.fsdecode(_plain(descriptor[1])) if descriptor else ""
    texts = [_plain(text) for text in _TEXT.findall(found["arguments"])]
    return _Call(found["call"], path, texts, found["arguments"], int(found["result"]))


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()
