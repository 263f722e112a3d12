"""Printers: a folder, and a queue of the Common UNIX Printing System.

Both take a finished PDF and either hand it over whole or raise a `PrintError`. A document name is an ASCII word: CUPS
turns anything else into octal escapes, and in a folder it becomes the file's name.
"""

from __future__ import annotations

import errno
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.errors import BugError, PrinterNotFound, PrinterOffline, PrinterRefused, PrinterSilent

if TYPE_CHECKING:
    from clerk_app.seams import Disk

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class FolderPrinter:
    """Puts each document into a folder as NAME.pdf; the same name again replaces it, so a retry makes no second one."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def print_pdf(self, pdf: bytes, *, name: str) -> None:
        """Write the whole file or nothing; raise `PrinterNotFound` without the folder, `PrinterRefused` else."""
        path = self._folder / f"{_checked(name)}.pdf"
        try:
            self._disk.replace(path, pdf)
        except (FileNotFoundError, NotADirectoryError) as exc:
            raise PrinterNotFound(printer=str(self._folder)) from exc
        except OSError as exc:
            raise PrinterRefused(reason=os.strerror(exc.errno or errno.EIO)) from exc


class CupsPrinter:
    """A queue of the machine's print system, used through `lp`.

    `server` is a host, `host:port` or socket path, empty for the machine's own. A stopped queue is told before anything
    is handed over, for CUPS would take the job and keep it silently.
    """

    def __init__(
        self, queue: str, *, server: str = "", timeout_s: float = 20.0, lp: str = "lp", lpstat: str = "lpstat"
    ) -> None:
        self._queue = queue
        self._server = ("-h", server) if server else ()
        self._timeout_s = timeout_s
        self._lp = lp
        self._lpstat = lpstat

    def print_pdf(self, pdf: bytes, *, name: str) -> None:
        """Hand the document to the queue under `name`, in its true size on A4.

        Raises `PrinterNotFound` or `PrinterOffline` (nothing was handed over), `PrinterRefused`, or `PrinterSilent`
        (not known whether it was taken).
        """
        title = _checked(name)
        self._require_ready()
        options = ("-o", "media=A4", "-o", "print-scaling=none")  # scaled bars do not scan
        command = (self._lp, *self._server, "-d", self._queue, "-t", title, *options)
        try:
            done = _run(command, timeout_s=self._timeout_s, given=pdf)
        except subprocess.TimeoutExpired as exc:
            raise PrinterSilent(printer=self._queue) from exc
        except FileNotFoundError as exc:
            raise PrinterNotFound(printer=self._queue) from exc
        if done.returncode != 0:
            raise self._refusal(done)

    def _require_ready(self) -> None:
        if "is running" not in self._asked("-r"):
            raise PrinterOffline(printer=self._queue)
        state = self._asked("-p", self._queue)
        if not state:
            raise PrinterNotFound(printer=self._queue)
        if " disabled since " in state.splitlines()[0]:
            raise PrinterOffline(printer=self._queue)

    def _asked(self, *question: str) -> str:
        """What `lpstat` answers; nothing if it knows no such queue."""
        try:
            done = _run((self._lpstat, *self._server, *question), timeout_s=self._timeout_s)
        except subprocess.TimeoutExpired as exc:
            raise PrinterOffline(printer=self._queue) from exc
        except FileNotFoundError as exc:
            raise PrinterNotFound(printer=self._queue) from exc
        return done.stdout.decode(errors="replace")

    def _refusal(self, done: subprocess.CompletedProcess[bytes]) -> PrinterOffline | PrinterRefused:
        reason = done.stderr.decode(errors="replace").strip().removeprefix("lp: ")
        if "not accepting jobs" in reason:
            return PrinterOffline(printer=self._queue)
        return PrinterRefused(reason=reason)


def _run(command: Sequence[str], *, timeout_s: float, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a print command in English, whose words are compared; killed when the time is over."""
    surroundings = {**os.environ, "LC_ALL": "C", "LANGUAGE": "C"}
    return subprocess.run(command, input=given, capture_output=True, timeout=timeout_s, env=surroundings, check=False)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BugError("a print job needs a plain ASCII name")
    return name
