"""Enrolment, offline: the file that a person carried from the platform tells the device who its hub is."""

from __future__ import annotations

from typing import Protocol

from clerk_app.errors import AlreadyEnrolled, PracticeStore
from clerk_app.security.enrolment_file import EnrolmentFile
from clerk_app.services.ports import Journal

ENROLMENT_VALUE = "enrolment"


class Escrow(Protocol):
    """Where the database key is left sealed to the hub's recovery key."""

    def escrow(self, recovery_public: bytes) -> None:
        """Seal the database key and keep it durably in `keys.json`."""


def enrol(journal: Journal, escrow: Escrow, content: bytes, *, clerk: str) -> EnrolmentFile:
    """Enrol this device; a new chain begins that cites the last head known.

    The same file again is harmless. Raises `BadEnrolmentFile`, `AlreadyEnrolled` or `PracticeStore`.
    """
    file = EnrolmentFile.from_bytes(content)
    if journal.practice:
        raise PracticeStore
    present = journal.reads.value(ENROLMENT_VALUE)
    if present == content:
        return file
    if present:
        raise AlreadyEnrolled
    # The escrow first: a crash between the two leaves a key too many at the hub's recovery, never one too few.
    escrow.escrow(file.recovery)
    with journal.write(clerk) as unit:
        unit.put_value(ENROLMENT_VALUE, content)
        unit.begin_chain("enrolment")
        unit.commit()
    return file
