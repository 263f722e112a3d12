"""Protocols that adapters implement; `bootstrap` joins them. Services know nothing else of the world outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from clerk_app.domain.fold import Fact, Folded
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.licences import LicenceFinding, LicenceQuestion
from clerk_app.domain.notices import Notice
from clerk_app.domain.one_time_notice import OneTimeNotice
from clerk_app.domain.ratings import Grade, PadAnswer, SealedAnswer
from clerk_app.journal.entry import Entry
from clerk_app.services.rows import (
    AppealFilter,
    AppealRow,
    Backlog,
    CaseFilter,
    CaseRow,
    DraftRow,
    FoundCase,
    LookUp,
    ParkedRow,
    PrintJob,
    RepairRow,
    VisitRow,
)


class CardReader(Protocol):
    """A reader of identity cards. Used from its own device lane only; nobody keeps it, ask the registry each time."""

    def read_card(self, timeout_s: float) -> IdentityDocument:
        """Wait for a card and read it; raise a `DeviceError`, `CardNotFound` when none was laid down in time."""


class RatingPad(Protocol):
    """A pad on which a citizen rates."""

    def ask(self, timeout_s: float) -> PadAnswer:
        """Device test only: show the prompt and wait for one key; silence and failure are answers, never exceptions."""

    def invite(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> SealedAnswer:
        """Ask for a real rating. The grade passes through `seal` inside the driver and never leaves it in the clear."""


class LicenceLibrary(Protocol):
    """The platform's library of electronic licences."""

    def look_up(self, question: LicenceQuestion) -> LicenceFinding:
        """What it says today; `unavailable`, never an exception, where it cannot be asked. Every question is logged."""


class NoticeRenderer(Protocol):
    """Sets a notice as a document."""

    def render(self, notice: Notice | OneTimeNotice) -> bytes:
        """The finished PDF; raise `MissingGlyph` if a character cannot be drawn."""

    def missing_glyphs(self, text: str) -> str:
        """The characters of `text` that no vendored font can draw, each once, in order."""


class Printer(Protocol):
    """Takes finished pages."""

    def print_pdf(self, pdf: bytes, *, name: str) -> None:
        """Hand over one document under an ASCII `name`; raise `PrintError`."""


class Unit(Protocol):
    """One writing transaction; leaving it without `commit` rolls everything back."""

    def append(self, stream: str, kind: str, body: Mapping[str, Any]) -> Entry:
        """Append one act and fold its stream again."""

    def fold(self, stream: str) -> Folded:
        """The state of a stream as this transaction sees it."""

    def begin_chain(self, reason: str) -> str:
        """Start a new chain that cites the last head known."""

    def sign_head(self) -> None:
        """Store the device's signature over the present head."""

    def next_case_counter(self) -> int:
        """The next running number of a case on this device."""

    def save_draft(self, draft: str, *, visit: str, owner: str, content: bytes) -> None:
        """Write a draft, new or changed."""

    def drop_draft(self, draft: str) -> None:
        """Remove a draft whose content is now part of an entry; raise `NoSuchDraft` if it is gone already."""

    def queue_print(self, case_number: str, document: str, *, copies: Sequence[int], reprint: bool) -> list[int]:
        """Queue copies of a document."""

    def mark_print(self, job: int, state: str, problem: str = "") -> None:
        """Set the state of a print job."""

    def keep_blob(self, blob: str, size: int) -> None:
        """Note a sealed file that lies in the vault."""

    def name_blob(self, blob: str, case_number: str) -> None:
        """Note that an entry of this case names the blob, so that it is synced."""

    def want_case(self, number: str) -> None:
        """Note that the clerk looks up a case of another desk; the next sync asks the platform for it."""

    def put_value(self, name: str, value: bytes) -> None:
        """Set a named value."""

    def commit(self) -> None:
        """Make everything durable. When this returns, the act happened; if it raises, it did not."""


class Reads(Protocol):
    """Every question the services ask of the store."""

    def facts(self, stream: str) -> list[Fact]:
        """All facts of a stream."""

    def fold(self, stream: str) -> Folded:
        """The present state of a stream."""

    def first_entry(self, stream: str) -> Entry | None:
        """The entry that began a stream on this desk, whose digest is printed on paper."""

    def cases(self, *, text: str = "", kind: CaseFilter = "all", limit: int = 200) -> list[CaseRow]:
        """Cases by time, newest first; what is owed by its day."""

    def case_stream(self, number: str) -> str | None:
        """The stream of a case by our number or the platform's."""

    def uses_of_matters(self) -> dict[str, int]:
        """How many cases of each matter this desk holds, by code."""

    def cases_of_visit(self, visit: str) -> list[str]:
        """Numbers of the cases taken in during a visit, in order."""

    def count_cases(self, kind: CaseFilter = "all") -> int:
        """Cases this desk holds, taken in here or taken up."""

    def appeals(self, kind: AppealFilter = "all", *, limit: int = 200) -> list[AppealRow]:
        """Records of the 办不成事 register, those to be seen to first, by their last day."""

    def count_appeals(self, kind: AppealFilter = "all", *, before: str = "") -> int:
        """How many there are; with `before` (ISO) those whose last day is before it."""

    def visits(self, phase: str) -> list[VisitRow]:
        """Visits opened here that are in a phase, oldest first."""

    def draft(self, draft: str) -> DraftRow | None:
        """One draft."""

    def drafts_of(self, owner: str) -> list[DraftRow]:
        """A clerk's drafts, newest first."""

    def drafts_of_visit(self, visit: str) -> list[DraftRow]:
        """Drafts that still wait for an outcome in a visit."""

    def print_job(self, job: int) -> PrintJob | None:
        """One print job."""

    def print_jobs(self, *states: str) -> list[PrintJob]:
        """Print jobs in these states, in the order they were queued."""

    def prints_of_case(self, number: str) -> list[PrintJob]:
        """Every copy ever queued for a case."""

    def backlog(self) -> Backlog:
        """What is still waiting for the platform's signature."""

    def count_conflicts(self) -> int:
        """Streams with a step that a person must look at."""

    def differing_rechecks(self) -> list[str]:
        """Streams of cases with a re-check that differs and that nobody has dealt with, oldest first."""

    def parked(self) -> list[ParkedRow]:
        """Own entries that the platform holds back."""

    def count_unreadable(self) -> int:
        """Items of the platform that only a newer version can read."""

    def case_row(self, stream: str) -> CaseRow | None:
        """The case of a stream, if it is one."""

    def disputed_streams(self) -> list[str]:
        """Those streams, sorted."""

    def devices_of(self, stream: str) -> dict[tuple[str, int], str]:
        """Which other device (nine digits) wrote which entry of a stream, by chain and seq."""

    def look_up(self, number: str) -> LookUp | None:
        """What became of looking up a case of another desk."""

    def count_damaged(self) -> int:
        """Entries of a cut chain that do not fit their own hash, so that they were neither sent nor copied."""

    def repairs(self) -> list[RepairRow]:
        """What was put right in this journal, newest first."""

    def open_invitations(self) -> int:
        """Visits opened here whose rating invitation is open."""

    def invited_visits(self) -> list[str]:
        """Ids of those visits, oldest first."""

    def clerk_name(self, clerk: str) -> str | None:
        """The name a clerk last signed in with."""

    def value(self, name: str) -> bytes | None:
        """A named value."""


class CaseDirectory(Protocol):
    """The way to cases of other desks."""

    def fetch(self) -> None:
        """Ask the platform for what was looked up, and take what it shows.

        Raises a `PlatformError` if it could not be asked; what was looked up stays noted.
        """


class CaseFinder(Protocol):
    """Finds the cases of a person on the platform by a document."""

    def find(self, document: str, number: str, clerk: str) -> Sequence[FoundCase]:
        """Cases of this hall, and open ones of others, the newest first; the platform logs who asked.

        Raises a `PlatformError` where it cannot be asked.
        """


class Blob(Protocol):
    """A blob in the vault: `id` 64 hex digits, `key` 32 bytes, `size` of the sealed bytes."""

    @property
    def id(self) -> str:
        """The SHA-256 of the sealed bytes."""

    @property
    def key(self) -> bytes:
        """The key that opens it."""

    @property
    def size(self) -> int:
        """Sealed bytes."""


class BlobVault(Protocol):
    """Keeps scans and other large content, sealed."""

    def put(self, content: bytes) -> Blob:
        """Seal `content` and make it durable."""

    def get(self, blob: str, key: bytes) -> bytes:
        """The content; raise `BlobDamaged`."""


class Journal(Protocol):
    """The store as the services see it."""

    @property
    def reads(self) -> Reads:
        """What can be asked."""

    @property
    def vault(self) -> BlobVault:
        """Where scans lie."""

    @property
    def practice(self) -> bool:
        """Whether this store is for practice only."""

    @property
    def is_bound_to_machine(self) -> bool:
        """Whether a secret of this machine guards the key; without it a copied disk opens by the password alone."""

    def write(self, clerk: str) -> AbstractContextManager[Unit]:
        """One writing transaction in the name of `clerk`."""

    def progress_token(self, case_number: str) -> str:
        """The signed token behind the QR code of a case's papers."""
