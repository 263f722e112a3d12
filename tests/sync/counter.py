"""Random work at a counter: lawful acts of every kind, odd ones that a hub must park, and clerks who take turns.

`EntryCounter` writes lawful entries into any desk; `ServiceCounter` does the same acts through the real services of a
desk with a real store, with drafts that are filled in, interrupted, and turned into cases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from clerk_app import bootstrap
from clerk_app.catalogue.calendar import load_calendar
from clerk_app.catalogue.loader import SHIPPED
from clerk_app.catalogue.people import invented_person
from clerk_app.catalogue.readings import read_readings
from clerk_app.catalogue.shelf import OneCatalogue
from clerk_app.domain.conflicts import disputes, settled_body
from clerk_app.domain.draft import Draft
from clerk_app.domain.fold import SETTLED
from clerk_app.domain.outcomes import ABANDONED
from clerk_app.domain.packages import is_package
from clerk_app.domain.ratings import SealedAnswer
from clerk_app.errors import UserError
from clerk_app.seams import Rng
from clerk_app.services import drafts, rate, sign_in, visits
from clerk_app.services.desk import Desk as ServiceDesk
from clerk_app.services.desk import SignedIn
from clerk_app.services.find import Finder
from clerk_app.services.scans import Scan
from clerk_app.services.shipped import shipped_catalogue
from clerk_app.services.take_in import end_matter, primary_outcome, take_in
from clerk_app.settings import Settings
from tests.helpers.intake import ANSWERS, TODAY
from tests.helpers.packages import package_taken_in, unanswered
from tests.helpers.workplace import QuickPaper
from tests.sync.oracle import Ledger, WorkingDesk
from tests.sync.store_desk import StoreDesk
from tests.sync.work import APPLICANT, case_number_of, logged_in, scan, taken_in

CLERKS = ("0312", "0418")
SIZES = ((), (), (10,), (700_000,), (5, 300_000))
ODD = (
    ("case/1", "case.beamed_up"),
    ("orbit/7", "orbit.entered"),
    ("visit/1", "visit.opened"),
    ("case/x", "case.taken_in"),
)
"""Facts the hub stores and parks: of a newer version, or out of form."""
Chances = tuple[tuple[Callable[[], None], int], ...]


@dataclass
class EntryCounter:
    """Writes entries as the services would, without a store. `code` is the device's three digits."""

    desk: WorkingDesk
    code: str
    random: Random
    rng: Rng
    ledger: Ledger
    visits: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)
    _next_case: int = 0

    def act(self) -> None:
        """Do one act, whatever it is."""
        chances: Chances = (
            (self.session, 3),
            (self.visit, 5),
            (self.take_in, 5),
            (self.elsewhere, 2),
            (self.odd, 1),
        )
        self.random.choices([act for act, _ in chances], [weight for _, weight in chances])[0]()

    def restarted(self) -> None:
        """The desk was opened again; nothing is kept here that it could have lost."""

    def session(self) -> None:
        """A clerk logs in, locks, unlocks or logs out; sometimes a whole morning of log-ins."""
        if self.sessions and self.random.random() < 0.6:
            stream = self.random.choice(sorted(self.sessions))
            phase, clerk = self.sessions[stream]
            kind = "session.unlocked" if phase == "locked" else self.random.choice(_SESSION_ENDS)
            self._write(stream, kind, {"reason": "idle"} if kind == "session.locked" else {}, clerk)
            self.sessions[stream] = (kind.partition(".")[2], clerk)
            if kind == "session.logged_out":
                del self.sessions[stream]
            return
        for _ in range(self.random.choice((1, 1, 1, 3, 20))):
            stream, clerk = f"session/{self._id()}", self.random.choice(CLERKS)
            self._write(stream, "session.logged_in", logged_in(), clerk)
            self.sessions[stream] = ("logged_in", clerk)

    def visit(self) -> None:
        """One step of a visit that is open, or a new one."""
        if not self.visits or self.random.random() < 0.4:
            stream = f"visit/{self._id()}"
            self._write(stream, "visit.opened", {"session": self._id(), "ticket": None})
            self.visits[stream] = "open"
            return
        stream = self.random.choice(sorted(self.visits))
        phase = self.visits[stream]
        kind, body, after = self.random.choice(self._steps(phase))
        self._write(stream, kind, body)
        self.visits[stream] = after
        if after == "closed":
            del self.visits[stream]

    def _steps(self, phase: str) -> list[tuple[str, dict[str, Any], str]]:
        """The lawful steps of a visit in this phase: kind, body, phase afterwards."""
        if phase == "parked":
            return [("visit.resumed", {}, "open"), ("visit.closed", {}, "closed")]
        if phase.startswith("invited/"):
            answer = self.random.choice(("answered", "timed_out", "device_failed"))
            settled = {"invitation": phase[8:], "state": answer, "sealed": None, "device_limited": False}
            return [("visit.rating_settled", settled, "rated")]
        steps: list[tuple[str, dict[str, Any], str]] = [
            ("visit.applicant_read", {"source": "card", "present": True, "document": APPLICANT}, phase),
            ("visit.matter_ended", _ENDED, phase),
            ("visit.closed", {}, "closed"),
        ]
        if phase == "open":
            invitation = self._id()
            invited = {"invitation": invitation, "device": "pad", "timeout_s": 30}
            steps.append(("visit.rating_invited", invited, f"invited/{invitation}"))
            steps.append(("visit.parked", {}, "parked"))
        return steps

    def take_in(self) -> None:
        """Take a package in, or a case with scans of some sizes."""
        self._next_case += 1
        number = case_number_of(self.code, self._next_case)
        if self.ledger.has_packages and self.random.random() < 0.3:
            self._write(f"case/{number}", "case.package_taken_in", {**_package_body(), "number": number})
            self.ledger.packages.add(number)
        else:
            sizes = self.random.choice(SIZES)
            blobs = [self.desk.put_blob(self.rng.token(32) * (size // 32 + 1)) for size in sizes]
            body = taken_in(number, *map(scan, blobs), power=self.random.choice(("accept", "receive")))
            self._write(f"case/{number}", "case.taken_in", body)
        self.cases.append(number)
        self.ledger.numbers.add(number)

    def elsewhere(self) -> None:
        """Act on a case of any desk: look it up, take it in once more, or settle what came of that."""
        if not self.ledger.numbers:
            return
        number = self.random.choice(sorted(self.ledger.numbers))
        stream = f"case/{number}"
        waiting = disputes(stream, self.desk.facts_of(stream))
        if waiting and self.random.random() < 0.5:
            choice = self.random.choice(waiting[0].choices).choice
            self._write(stream, SETTLED, settled_body(waiting[0].step.act, choice, "例"))
        elif self.random.random() < 0.7:
            self.desk.look_up(number)
        else:
            self._write(stream, "case.taken_in", taken_in(number, power=self.random.choice(("accept", "receive"))))

    def odd(self) -> None:
        """What a hub must store and park: of a newer version, out of form, or a second time."""
        if self.cases and self.random.random() < 0.3:
            number = self.random.choice(self.cases)
            self._write(f"case/{number}", "case.taken_in", taken_in(number))
            return
        stream, kind = self.random.choice(ODD)
        self._write(stream, kind, {"odd": "\ud7ff\x00", "deep": [[[{}]]], "blobs": [{"id": 1}, 3]})

    def _write(self, stream: str, kind: str, body: dict[str, Any], clerk: str | None = None) -> None:
        self.desk.append(stream, kind, body, clerk or self.random.choice(CLERKS))

    def _id(self) -> str:
        return self.rng.token(8).hex()


_SESSION_ENDS = ("session.locked", "session.logged_out")
_ENDED = {
    "matter": "P31",
    "matter_version": "2026-11-20",
    "matter_name": "居住登记",
    "outcome": "abandoned",
    "reason": "例",
}


@cache
def _package_body() -> dict[str, Any]:
    """A restaurant opened by a company: one child at work, six that wait for it."""
    return package_taken_in(case_number_of("001", 1))


@cache
def _shipped() -> dict[str, Any]:
    """What every desk of a process can share, because it never changes."""
    catalogue = shipped_catalogue()
    return {
        "catalogues": OneCatalogue(catalogue),
        "search": Finder(lambda: catalogue, lambda: read_readings(SHIPPED), dict),
        "calendar": load_calendar(),
        "renderer": QuickPaper(),
        "settings": Settings().desk,
    }


class ServiceCounter:
    """Clerks at a desk with a real store, through the real services."""

    def __init__(self, desk: StoreDesk, random: Random, ledger: Ledger) -> None:
        self.desk, self.random, self.ledger = desk, random, ledger
        self.restarted()

    def restarted(self) -> None:
        """The store was opened again: sign in anew. Drafts and visits are found where they were."""
        store = self.desk.store
        place = bootstrap.place_of(store)
        self.at = ServiceDesk(
            journal=store,
            clock=store.clock,
            rng=store.rng,
            place=lambda: place,
            is_online=lambda: False,
            **_shipped(),
        )
        self._me: dict[str, SignedIn] = {}

    def act(self) -> None:
        """Do one act. What a service refuses with a sentence was not done, and no harm."""
        chances: Chances = (
            (self.sign_in, 1),
            (self.open_visit, 3),
            (self.park_or_resume, 2),
            (self.open_draft, 4),
            (self.edit_draft, 6),
            (self.finish_draft, 6),
            (self.rate, 2),
            (self.close_visit, 1),
        )
        try:
            self.random.choices([act for act, _ in chances], [weight for _, weight in chances])[0]()
        except UserError:
            return

    def sign_in(self) -> None:
        """A clerk signs in, or out."""
        clerk = self.random.choice(CLERKS)
        me = self._me.pop(clerk, None)
        if me is not None:
            sign_in.sign_out(self.at, me)

    def open_visit(self) -> None:
        """Somebody comes to the counter and puts a card on the reader."""
        me = self._clerk()
        visit = visits.open_visit(self.at, me)
        person = invented_person(1, self.random.randrange(50), TODAY, at_least=60)
        visits.read_applicant(self.at, me, visit, person, source="card", present=True)

    def park_or_resume(self) -> None:
        """Set a visit aside or take it up again."""
        me = self._clerk()
        parked = self.at.journal.reads.visits("parked")
        if parked:
            visits.resume_visit(self.at, me, self.random.choice(parked).id)
        elif visit := self._visit():
            visits.park_visit(self.at, me, visit)

    def open_draft(self) -> None:
        """Begin a matter; the same keys a second later belong to another clerk's matter."""
        if visit := self._visit():
            several = self.ledger.has_packages and self.random.random() < 0.4
            drafts.open_draft(self.at, self._clerk(), visit, "PK13" if several else "P14")

    def edit_draft(self) -> None:
        """Type into a draft, or scan a paper for it."""
        draft, me = self._draft()
        if draft is None:
            return
        if self.random.random() < 0.5:
            matter = drafts.matter_of(self.at, draft)
            if is_package(draft.matter):
                drafts.fill_fields(self.at, me, draft, unanswered(matter, draft))
                return
            texts = dict(ANSWERS["P14"])
            for asked in matter.typed_fields:
                if asked.required and asked.choices:
                    texts.setdefault(asked.code, asked.choices[0])
            drafts.fill_fields(self.at, me, draft, texts)
            return
        item = self.random.choice(draft.materials)
        content = self.desk.rng.token(32) * self.random.choice((1, 900, 20_000))
        drafts.attach_scan(self.at, me, draft, item.code, Scan(content, "image/jpeg", "scan.jpg"))

    def finish_draft(self) -> None:
        """Take the case in, or end the matter."""
        draft, me = self._draft()
        if draft is None:
            return
        if self.random.random() < 0.15:
            end_matter(self.at, me, draft, ABANDONED, reason="例")
            return
        for item in draft.materials:
            if item.state == "missing":
                draft = drafts.receive_material(self.at, me, draft, item.code, "received")
        taken = take_in(self.at, me, draft, primary_outcome(self.at, me, draft))
        self.ledger.numbers.add(taken.number)
        if is_package(draft.matter):
            self.ledger.packages.add(taken.number)

    def rate(self) -> None:
        """Ask for a rating and settle it; left-over invitations of a crash are settled first."""
        me = self._clerk()
        rate.settle_left_over(self.at, me)
        if visit := self._visit():
            invitation = rate.invite_rating(self.at, me, visit, device="pad", timeout_s=30)
            rate.settle_rating(self.at, me, invitation, SealedAnswer("timed_out"))

    def close_visit(self) -> None:
        """Somebody leaves."""
        if visit := self._visit():
            visits.close_visit(self.at, self._clerk(), visit)

    def _clerk(self) -> SignedIn:
        clerk = self.random.choice(CLERKS)
        if clerk not in self._me:
            self._me[clerk] = sign_in.sign_in(self.at, clerk=clerk, name="例", seal_at_hand=False)
        return self._me[clerk]

    def _visit(self) -> str | None:
        found = self.at.journal.reads.visits("open")
        return self.random.choice(found).id if found else None

    def _draft(self) -> tuple[Draft | None, SignedIn]:
        me = self._clerk()
        found = drafts.my_drafts(self.at, me)
        return (self.random.choice(found) if found else None), me
