"""The witness: what the journal must at least contain.

SQLite quietly drops a damaged end of its log. So `intended` is forced to the disk before each commit of entries and
`reported` after it, before anyone is told. At opening:

    head behind `reported`          the store was rolled back or damaged: read-only
    head one before `intended`      an ordinary crash
    head beyond `intended`          the witness itself was put back

The same is asked before each commit, so that nothing is ever written on top of a journal that is not the known one.

The file is one 512-byte sector (480 bytes of padded JSON and a MAC), rewritten in place: disks write sectors whole, so
a MAC that does not fit means damage, not a torn write. The copy in the user's state folder holds the same and may lag;
it notices a data folder that was put back as a whole. `writes` counts every transaction, so that lost drafts and
cursors are noticed too; it is not forced to the disk each time and may therefore lag, never lead.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clerk_app.errors import BugError, StoreRolledBack, WitnessDamaged
from clerk_app.failpoints import failpoint
from clerk_app.journal.entry import NO_HEAD
from clerk_app.seams import Disk
from clerk_app.security.derivation import subkey

logger = logging.getLogger(__name__)

SIZE = 512
_PAYLOAD = SIZE - 32


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the journal: the head of `chain` at `seq`, with the case counter as it was then."""

    chain: str = ""
    seq: int = 0
    head: bytes = NO_HEAD
    counter: int = 0


@dataclass(frozen=True, slots=True)
class Testimony:
    """The content of the witness."""

    intended: Mark = Mark()
    reported: Mark = Mark()
    writes: int = 0


class Witness:
    """Reads and writes the witness and its copy. Callers hold the store's write lock."""

    def __init__(self, path: Path, copy: Path, database_key: bytes, disk: Disk) -> None:
        self._path = path
        self._copy = copy
        self._disk = disk
        self._key = subkey(database_key, "witness mac")

    def create(self) -> None:
        """Write the first witness of a new store."""
        self._copy.parent.mkdir(parents=True, exist_ok=True)
        content = self._encode(Testimony())
        self._disk.replace(self._path, content)
        self._disk.replace(self._copy, content)

    def read(self) -> Testimony:
        """What the file beside the store says; raise `WitnessDamaged` if it is missing or was changed."""
        try:
            return self._decode(self._disk.read(self._path))
        except FileNotFoundError:
            raise WitnessDamaged from None

    def read_copy(self) -> Testimony | None:
        """What the copy says; None if there is none (a new user, a moved disk)."""
        try:
            content = self._disk.read(self._copy)
        except OSError:
            return None
        return self._decode(content)

    def known(self) -> Sequence[Testimony]:
        """What of the witness and its copy can still be read."""
        found = []
        for read in (self.read, self.read_copy):
            try:
                testimony = read()
            except (WitnessDamaged, OSError):
                continue
            if testimony is not None:
                found.append(testimony)
        return found

    def begin_again(self, mark: Mark, writes: int) -> None:
        """After a person said to go on: bear witness from `mark` on, whatever was said before."""
        content = self._encode(Testimony(mark, mark, writes))
        self._disk.replace(self._path, content)
        self._copy.parent.mkdir(parents=True, exist_ok=True)
        self._disk.replace(self._copy, content)

    def intend(self, before: Mark, after: Mark) -> None:
        """Before a commit: the journal ends at `before` and will end at `after`.

        What the journal holds now was committed, so it is reported from here on at the latest. Raises `WitnessDamaged`
        or `StoreRolledBack` if `before` is not where the journal should end.
        """
        testimony = self.read()
        _check_place(testimony, before)
        if after != before:
            self._write(Testimony(after, before, testimony.writes), durable=True)

    def report(self, mark: Mark, writes: int) -> None:
        """After a commit of entries, before anyone is told."""
        testimony = Testimony(mark, mark, writes)
        self._write(testimony, durable=True)
        failpoint("append.witnessed")
        self._write_copy(testimony)

    def count(self, mark: Mark, writes: int) -> None:
        """After a commit that left the journal at `mark`."""
        self._write(Testimony(mark, mark, writes), durable=False)

    def settle(self, mark: Mark, writes: int) -> None:
        """At log-in, once the journal was found to end at `mark` lawfully: start from there, with a whole copy."""
        testimony = Testimony(mark, mark, writes)
        self._write(testimony, durable=True)
        try:
            self._copy.parent.mkdir(parents=True, exist_ok=True)
            self._disk.replace(self._copy, self._encode(testimony))
        except OSError:
            logger.warning("the witness's copy could not be written", exc_info=True)

    def _write_copy(self, testimony: Testimony) -> None:
        """The copy may lag, so a state folder that cannot be written stops no work."""
        try:
            self._disk.write_sector(self._copy, self._encode(testimony), durable=False)
        except OSError:
            logger.warning("the witness's copy could not be written", exc_info=True)

    def _write(self, testimony: Testimony, *, durable: bool) -> None:
        self._disk.write_sector(self._path, self._encode(testimony), durable=durable)

    def _encode(self, testimony: Testimony) -> bytes:
        marks = [
            [mark.chain, mark.seq, mark.head.hex(), mark.counter] for mark in (testimony.intended, testimony.reported)
        ]
        payload = json.dumps([*marks, testimony.writes], separators=(",", ":")).encode().ljust(_PAYLOAD)
        if len(payload) != _PAYLOAD:
            raise BugError("the witness no longer fits one sector")
        return payload + self._mac(payload)

    def _decode(self, content: bytes) -> Testimony:
        payload, mac = content[:_PAYLOAD], content[_PAYLOAD:]
        if len(content) != SIZE or not hmac.compare_digest(mac, self._mac(payload)):
            raise WitnessDamaged
        intended, reported, writes = json.loads(payload)
        return Testimony(_mark(intended), _mark(reported), writes)

    def _mac(self, payload: bytes) -> bytes:
        return hmac.new(self._key, payload, hashlib.sha256).digest()


def _mark(fields: list[str | int]) -> Mark:
    chain, seq, head, counter = fields
    return Mark(str(chain), int(seq), bytes.fromhex(str(head)), int(counter))


def check_testimony(testimony: Testimony, *, head: Mark, writes: int, holds: bool) -> None:
    """Compare what the witness beside the store says with the journal's `head`.

    `holds` says whether the journal contains the reported entry with the reported hash.
    """
    check_copy(testimony, head=head, writes=writes, holds=holds)
    _check_place(testimony, head)


def check_copy(testimony: Testimony, *, head: Mark, writes: int, holds: bool) -> None:
    """Compare the lagging copy: it may be behind, never ahead."""
    if not holds or testimony.writes > writes or testimony.reported.counter > head.counter:
        raise StoreRolledBack


def _check_place(testimony: Testimony, head: Mark) -> None:
    reported = testimony.reported
    if head.counter < reported.counter or (head.chain == reported.chain and head.seq < reported.seq):
        raise StoreRolledBack
    if _place(head) not in (_place(reported), _place(testimony.intended)):
        # The journal ends beyond what was intended: the witness itself is an older one.
        raise WitnessDamaged


def _place(mark: Mark) -> tuple[str, int, bytes]:
    return mark.chain, mark.seq, mark.head
