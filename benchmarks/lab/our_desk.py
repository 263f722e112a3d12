"""A desk of ours with work that waits: made once, copied for every run.

How the workload becomes ours: each of its cases is one entry `case.taken_in` in a stream `case/<number>` of its own,
appended by the store's own unit of work with witness and projections, one transaction each. The body is what the
domain makes of a finished draft, under the case's own number, with the workload's case, whole and unchanged, under
one more key. So ours carries everything the others carry, and the facts that hub and desk fold on top of it. The
workload's attachments are sealed into the vault as scans of the case's first material.
"""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.lab import workload
from clerk_app import bootstrap
from clerk_app.catalogue.people import invented_person
from clerk_app.domain import case_number
from clerk_app.domain.civil import civil_date
from clerk_app.domain.draft import Draft
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.domain.taking_in import Counter
from clerk_app.domain.taking_in import take_in as taken_in_body
from clerk_app.journal.entry import Entry
from clerk_app.security.passwords import KdfCost
from clerk_app.services import drafts, visits
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.sign_in import sign_in
from clerk_app.store.folder import DataFolder
from clerk_app.store.store import Store
from clerk_app.store.vault import SealedBlob

CLERK, NAME, PASSWORD = "0312", "王例", "Example-2026"
HALL = "999999"
CHEAP = KdfCost(64, 1, 1)
"""Deriving the key is no part of what is measured."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """The folders of one hub and one desk."""

    root: Path

    @property
    def hub(self) -> Path:
        """The hub's folder."""
        return self.root / "hub"

    @property
    def folder(self) -> DataFolder:
        """The desk's folder."""
        return DataFolder(self.root / "desk", self.root / "state")


def make_workshop(root: Path, url: str) -> Workshop:
    """A hub, and a desk enrolled with it under `url`; nothing is registered and nothing served yet."""
    made = Workshop(root)
    root.mkdir(parents=True)
    file = root / "enrolment.json"
    hub = [sys.executable, "-m", "sync.hub", "enrol", "--data", str(made.hub), "--url", url]
    subprocess.run(
        [*hub, "--hall", HALL, "--device", "031", "--out", str(file)], check=True, capture_output=True, text=True
    )
    with bootstrap.create_store(
        made.folder, clerk=CLERK, name=NAME, password=PASSWORD, practice=False, cost=CHEAP
    ) as store:
        bootstrap.enrol_store(store, file, clerk=CLERK)
    return made


@contextmanager
def opened(made: Workshop) -> Iterator[Store]:
    """The desk's store, for writing."""
    with bootstrap.open_for_writing(made.folder, CLERK, PASSWORD) as store:
        yield store


def append_workload(store: Store, count: int, *, with_scans: int = 0, scans_each: int = 5) -> None:
    """Take in `count` cases of the workload, one transaction each; the first `with_scans` have scans."""
    window = Window.opened_at(store)
    for number, made in enumerate(workload.cases(count)):
        scans = range(scans_each) if number < with_scans else ()
        window.take_in({"workload": made}, [workload.attachment(number, k) for k in scans])


@dataclass(frozen=True, slots=True)
class Window:
    """A clerk signed in, with a finished draft to take in again and again."""

    store: Store
    desk: Desk
    me: SignedIn
    draft: Draft

    @classmethod
    def opened_at(cls, store: Store) -> Window:
        """Sign in and fill the draft."""
        desk = bootstrap.make_desk(store)
        me = sign_in(desk, clerk=CLERK, name=NAME, seal_at_hand=False)
        return cls(store, desk, me, _finished_draft(desk, me))

    def take_in(self, more: dict[str, Any], scans: Sequence[bytes] = (), *, urgent: bool = False) -> Entry:
        """Take in the draft as one more case with these scans; `more` is added to its body. Urgent: due today."""
        desk, place = self.desk, self.desk.place()
        assert place is not None
        today = civil_date(desk.clock.now_ms())
        matter = drafts.matter_of(desk, self.draft)
        kept = [self.store.vault.put(scan) for scan in scans]
        with self.store.write(CLERK) as unit:
            number = case_number.make(place.hall, place.device, today, unit.next_case_counter())
            counter = Counter(
                number, self.me.session, online=False, seal_at_hand=False, today=today, calendar=desk.calendar
            )
            body: dict[str, Any] = {**taken_in_body(self.draft, matter, RECEIVED, counter), **more}
            if kept:
                first, *others = body["materials"]
                body["materials"] = [{**first, "blobs": [_named(blob) for blob in kept]}, *others]
            if urgent:
                body["due_on"] = today.isoformat()
            entry = unit.append(f"case/{number}", "case.taken_in", body)
            for blob in kept:
                unit.keep_blob(blob.id, blob.size)
                unit.name_blob(blob.id, number)
            unit.commit()
        return entry


def _named(blob: SealedBlob) -> dict[str, Any]:
    key = base64.b64encode(blob.key).decode("ascii")
    return {"id": blob.id, "key": key, "size": blob.size, "media_type": "image/jpeg", "name": "扫描件"}


def _finished_draft(desk: Desk, me: SignedIn) -> Draft:
    """A draft of P14 that lacks nothing."""
    today = civil_date(desk.clock.now_ms())
    visit = visits.open_visit(desk, me)
    person = invented_person(1, 1, today, at_least=60)
    visits.read_applicant(desk, me, visit, person, source="card", present=True)
    draft = drafts.open_draft(desk, me, visit, "P14")
    matter = drafts.matter_of(desk, draft)
    answers = {field.code: field.choices[0] for field in matter.typed_fields if field.required and field.choices}
    draft = drafts.fill_fields(desk, me, draft, answers | {"g.P4.phone": "无手机"})
    for item in draft.materials:
        if item.state == "missing":
            draft = drafts.receive_material(desk, me, draft, item.code, "received")
    return draft
