"""Rows that lists show: plain data, read from the store, never written back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CaseFilter = Literal["all", "todo", "open", "owed", "closed"]
"""Which cases: every one, those that need a clerk, those still being examined, those to which the citizen owes a paper
(容缺) or a promise (告知承诺), those that have ended."""


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child of a package in the case list, in the order of the paper. `number` has 24 digits."""

    number: str
    state: str
    matter: str
    matter_name: str
    department: str
    due_on: str | None
    due_estimated: bool


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the case list; of a package with its `children`.

    `uploaded` only with the hub's signed ack for every entry of the case.

    `needs_clerk`: it was returned, or holds a step that a person must look at. `device`: the nine digits of the desk
    whose number it bears; `own`: it was taken in here. `owed_papers` are the papers to come, the first by `owed_until`
    (ISO); `owed_promises` those in place of papers.
    """

    number: str
    official_number: str | None
    state: str
    matter: str
    matter_name: str
    department: str
    applicant: str
    taken_in_at: int
    due_on: str | None
    due_estimated: bool
    needs_clerk: bool
    uploaded: bool
    visit: str
    device: str
    own: bool
    children: tuple[ChildRow, ...] = ()
    owed_papers: int = 0
    owed_promises: int = 0
    owed_until: str | None = None


AppealFilter = Literal["open", "handled", "closed", "all"]
"""Which records of the 办不成事 register: to be seen to, to be asked about afterwards, ended, every one."""


@dataclass(frozen=True, slots=True)
class AppealRow:
    """One record of the 办不成事 register. `due_on` is ISO; `person` may be empty."""

    number: str
    state: str
    kind: str
    person: str
    matter: str
    why: str
    unit: str
    due_on: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case of the person at the window, as the platform tells of it. `received_on` is ISO."""

    number: str
    state: str
    matter_name: str
    received_on: str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as kept; `content` is the JSON of `domain.draft`."""

    id: str
    visit: str
    owner: str
    content: bytes
    updated_at: int


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One copy of one document to be put on paper. `state`: queued, printing, printed, failed."""

    id: int
    case_number: str
    document: str
    copy: int
    reprint: bool
    state: str
    problem: str
    queued_at: int


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit."""

    id: str
    phase: str
    ticket: str | None
    applicant: str
    rating: str
    opened_at: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a store that was put back lacks, as far as its witness knows: acts, and cases among them.

    Those that were uploaded come back with the next sync; the others must be entered again from paper.
    """

    acts: int = 0
    cases: int = 0


@dataclass(frozen=True, slots=True)
class RepairRow:
    """Something that was put right in the journal at `at` (UTC ms), and why.

    `reason`: `hash`, `signature`, `fork` or `rolled_back` (a chain could not go on), `taken_back` (only the platform
    had these entries), `given_back` (the platform had lost what it once showed). `reappended` entries were written
    again to a new chain, `damaged` ones left out for a person, `taken_back` ones came from the platform, and
    `given_back` of what it had said itself or other desks had written went back to it. Nothing else is ever needed of
    the clerk.
    """

    at: int
    reason: str
    reappended: int
    damaged: int
    taken_back: int
    given_back: int = 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the platform has not signed for: entries with the oldest time (UTC ms), cases, blobs."""

    entries: int
    oldest_at: int | None
    cases: int
    blobs: int
    blob_bytes: int


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """An entry of this desk that the platform stored and did not apply, with the reason of its verdict."""

    stream: str
    chain: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """A case of another desk that a clerk looked up.

    `stream` once the platform answered, `shown` once all of it is here; `refused`: `unknown_case`, `other_region`, or
    empty.
    """

    number: str
    clerk: str
    asked_at: int
    stream: str | None
    shown: bool
    refused: str
