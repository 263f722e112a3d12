"""The project's own store under power loss: cases with a scan, taken in by the real service.

As a process: python -m benchmarks.lab.powerloss_ours FOLDER ACTS SYNC
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lab import workload
from benchmarks.lab.durability import weaken_to
from benchmarks.lab.our_desk import CHEAP, CLERK, NAME, PASSWORD
from benchmarks.lab.recording import TOLD
from clerk_app import bootstrap
from clerk_app.catalogue.people import invented_person
from clerk_app.domain.civil import civil_date
from clerk_app.domain.draft import Draft
from clerk_app.errors import ClerkError
from clerk_app.services import drafts, take_in, visits
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.scans import Scan
from clerk_app.services.sign_in import sign_in
from clerk_app.store.folder import DataFolder
from clerk_app.store.verify import verify_store

SCAN_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class OurStore:
    """A practice store, made before the record begins. `sync` is FULL, or NORMAL for the control."""

    sync: str = "FULL"

    def prepare(self, folder: Path) -> None:
        """Make the store."""
        with bootstrap.create_store(
            _folder(folder), clerk=CLERK, name=NAME, password=PASSWORD, practice=True, cost=CHEAP
        ):
            pass

    def command(self, folder: Path, acts: int) -> list[str]:
        """This module as a process."""
        return [sys.executable, "-m", "benchmarks.lab.powerloss_ours", str(folder), str(acts), self.sync]

    def broken(self, folder: Path, told: frozenset[str]) -> set[str]:
        """A store that does not open or verify, a told case that is missing or lacks its papers."""
        try:
            with bootstrap.open_for_writing(_folder(folder), CLERK, PASSWORD) as store:
                found = verify_store(store)
                faults = set() if found.first_fault is None else {f"does not verify: {found.first_fault}"}
                cases = {row.number: row for row in store.reads.cases(limit=10_000)}
                if told - cases.keys():
                    faults.add("told case lost")
                if any(not store.reads.prints_of_case(number) for number in cases):
                    faults.add("case without its papers queued")
                return faults
        except ClerkError as error:
            return {f"cannot be opened: {error.code}"}


def _folder(folder: Path) -> DataFolder:
    return DataFolder(folder / "desk", folder / "state")


def _work(folder: Path, acts: int) -> None:
    with bootstrap.open_for_writing(_folder(folder), CLERK, PASSWORD) as store:
        desk = bootstrap.make_desk(store)
        me = sign_in(desk, clerk=CLERK, name=NAME, seal_at_hand=False)
        for number in range(acts):
            draft = _draft_with_scan(desk, me, number)
            taken = take_in.take_in(desk, me, draft, take_in.primary_outcome(desk, me, draft))
            os.write(1, TOLD + taken.number.encode() + b"\n")
        os._exit(0)  # no orderly close: the record ends like a crash


def _draft_with_scan(desk: Desk, me: SignedIn, number: int) -> Draft:
    visit = visits.open_visit(desk, me)
    person = invented_person(1, number, civil_date(desk.clock.now_ms()), at_least=60)
    visits.read_applicant(desk, me, visit, person, source="card", present=True)
    draft = drafts.open_draft(desk, me, visit, "P14")
    matter = drafts.matter_of(desk, draft)
    answers = {field.code: field.choices[0] for field in matter.typed_fields if field.required and field.choices}
    draft = drafts.fill_fields(desk, me, draft, answers | {"g.P4.phone": "无手机"})
    scan = workload.attachment(number, 0, size=SCAN_BYTES)
    for item in draft.materials:
        draft = drafts.attach_scan(desk, me, draft, item.code, Scan(scan, "image/jpeg", "scan.jpg"))
    return draft


if __name__ == "__main__":
    weaken_to(sys.argv[3])
    _work(Path(sys.argv[1]), int(sys.argv[2]))
