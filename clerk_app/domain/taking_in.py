"""Taking a case in: from a finished draft to the one fact that is the act, with every rule that can refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from clerk_app.domain import case_number
from clerk_app.domain.applicant import document_body, is_expired
from clerk_app.domain.case_parts import Effect, due_body, effect_body
from clerk_app.domain.consents import consent_body
from clerk_app.domain.draft import Draft, consent_used
from clerk_app.domain.form import Missing, missing, plain, value_body, visible_fields
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.materials import MaterialItem, material_body, needed_materials
from clerk_app.domain.matter import Matter, Power
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.notices import NoticeKind
from clerk_app.domain.outcomes import ACCEPTED, DEFERRED, RECEIVED, Outcome, require_available
from clerk_app.domain.powers import effect_of, lacks_seal, power_now
from clerk_app.domain.procedure import PROCEDURES
from clerk_app.domain.rechecks import DOCUMENT
from clerk_app.domain.workdays import Calendar, Due
from clerk_app.errors import ExpiredDocument, Incomplete, NotPresent, UnlawfulStep

PrintSet = tuple[tuple[NoticeKind, int], ...]
"""Kinds of papers and how many copies of each."""

_DEFERRED_SET: PrintSet = (("deferral_notice", 2), ("deferral_promise", 2))
_PROMISED_SET: PrintSet = (("promise_letter", 2),)

PRINT_SETS: Mapping[Power, PrintSet] = {
    "receive": (("receipt", 1),),
    "accept": (("acceptance_notice", 2),),
    "complete": (("receipt", 1),),
}
"""What is printed, and in how many copies: a receipt for the applicant, an acceptance notice for both sides."""

_DOCUMENT_WORDS: Mapping[NoticeKind, str] = {
    "receipt": "收",
    "acceptance_notice": "受",
    "deferral_notice": "容受",
    "deferral_promise": "容诺",
    "promise_letter": "诺",
}


@dataclass(frozen=True, slots=True)
class Counter:
    """The circumstances of the act: the new case number, the session, the line, the seal, the civil date."""

    number: str
    session: str
    online: bool
    seal_at_hand: bool
    today: date
    calendar: Calendar


def take_in(draft: Draft, matter: Matter, outcome: Outcome, counter: Counter) -> dict[str, Any]:
    """The body of `case.taken_in` for a draft that ends in 受理, 收件待审 or 容缺.

    Raises `NotYetAvailable` for an outcome of a later version, `ExpiredDocument`, `NotPresent`, `UnlawfulStep` (no such
    power here and now) or `Incomplete` with everything still missing. Nothing has happened then; the draft stays.
    """
    document, power = check_intake(draft, matter, outcome, counter)
    clocks = clocks_of(matter, power, counter)
    deferred = deferred_papers(draft, matter, outcome, counter, clocks.promised)
    papers = print_set(power, deferred=bool(deferred), promised=has_promises(draft))
    effect = effect_of(matter, power, clocks.promised)
    return intake_body(
        Terms(power, effect, clocks, papers, _lacks_seal(matter, counter), deferred),
        draft=draft,
        document=document,
        matter=matter,
        counter=counter,
    )


@dataclass(frozen=True, slots=True)
class Clocks:
    """What begins to run: promised and legal limit on acceptance, the time for notice on receipt."""

    promised: Due | None = None
    legal: Due | None = None
    notice: Due | None = None

    def body(self) -> dict[str, Any]:
        """As a fact writes them."""
        days = {"due": self.promised, "legal_due": self.legal, "notice_due": self.notice}
        return {key: value for name, due in days.items() for key, value in due_body(name, due).items()}


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a case is taken in: how far the window goes, what that effects, until when, on which papers.

    `lacks_seal`: it would go further with the seal at hand. `deferred`: the last day for each paper that comes later.
    """

    power: Power
    effect: Effect
    clocks: Clocks
    papers: PrintSet
    lacks_seal: bool
    deferred: Mapping[str, date]


def intake_body(
    terms: Terms, *, draft: Draft, document: IdentityDocument, matter: Matter, counter: Counter
) -> dict[str, Any]:
    """What the fact of an intake says, of a matter and of a package alike."""
    accepted_on = counter.today if terms.power != "receive" else None
    materials = _materials(draft, matter, terms.deferred)
    rechecks = _rechecks(document, materials, counter)
    body = {
        "number": counter.number,
        "visit": draft.visit,
        "session": counter.session,
        "matter": matter_body(matter),
        "power": terms.power,
        "online": counter.online,
        "seal_at_hand": counter.seal_at_hand,
        "received_on": counter.today.isoformat(),
        "accepted_on": accepted_on.isoformat() if accepted_on else None,
        "effect": effect_body(terms.effect),
        **terms.clocks.body(),
        "applicant": document_body(document),
        "agent": document_body(agent.document) if (agent := draft.others.get("agent")) is not None else None,
        "present": draft.present is True,
        "fields": _fields_body(draft, matter),
        "materials": [material_body(item) for item in materials],
        "documents": _documents_body(matter, terms.papers, counter),
        "remarks": list(_remarks(draft, document, matter, materials, terms, counter.today)),
    }
    if rechecks:
        body["rechecks"] = rechecks
    if (consent := consent_used(draft)) is not None:
        body["consent"] = consent_body(consent)
    return body


def _rechecks(document: IdentityDocument, materials: tuple[MaterialItem, ...], counter: Counter) -> list[str]:
    """待复核: licences nobody has confirmed yet, and without a line whether the document is still good (挂失, 注销)."""
    unseen = [DOCUMENT] if not counter.online and document.number else []
    return unseen + [item.code for item in materials if item.state == "exempt" and item.check == "pending"]


def deferred_papers(
    draft: Draft, matter: Matter, outcome: Outcome, counter: Counter, due: Due | None
) -> dict[str, date]:
    """With 容缺 every paper that is still missing, and its last day: its own time, at the latest the promised day.

    Raises `UnlawfulStep` where nothing is missing.
    """
    if outcome is not DEFERRED:
        return {}
    found = {item.anchor for item in missing(matter, draft, counter.today) if item.kind == "material"}
    needs = [need for need in matter.materials if need.code in found]
    if not needs:
        raise UnlawfulStep(reason="nothing_deferred")
    promised = due if matter.promised.days else None
    return {need.code: defer_until(need, counter.today, counter.calendar, promised) for need in needs}


def defer_until(need: MaterialNeed, today: date, calendar: Calendar, due: Due | None) -> date:
    """The last day for a paper deferred today: its own time, at the latest the promised day `due`, if there is one."""
    day = calendar.add_workdays(today, need.defer_days).on
    return min(day, due.on) if due else day


def print_set(power: Power, *, deferred: bool, promised: bool) -> PrintSet:
    """What is printed: with papers to come a notice of that and a promise; for 告知承诺 one letter."""
    papers = _DEFERRED_SET if deferred else PRINT_SETS[power]
    return (*papers, *_PROMISED_SET) if promised else papers


def has_promises(draft: Draft) -> bool:
    """Whether a promise (告知承诺) stands for one of its papers."""
    return any(item.state == "promised" for item in draft.materials)


def clocks_of(matter: Matter, power: Power, counter: Counter) -> Clocks:
    """What begins to run when a window goes so far with a matter."""
    calendar, today = counter.calendar, counter.today
    if power == "accept":
        return Clocks(promised=calendar.add(today, matter.promised), legal=calendar.add(today, matter.legal))
    if power == "receive" and matter.notify is not None:
        return Clocks(notice=calendar.add(today, matter.notify))
    return Clocks()


def check_intake(draft: Draft, matter: Matter, outcome: Outcome, counter: Counter) -> tuple[IdentityDocument, Power]:
    """Whose document it is and with what power the case can be taken in; raises as `take_in` does."""
    require_available(outcome)
    if not outcome.makes_case:
        raise UnlawfulStep(reason="outcome_makes_no_case")
    if (draft.matter, draft.matter_version) != (matter.code, matter.version):
        raise UnlawfulStep(reason="another_matter")
    found = missing(matter, draft, counter.today)
    if draft.document is None:
        raise Incomplete(items=_labels(found))
    if matter.expired_card == "refuse" and is_expired(draft.document, counter.today):
        raise ExpiredDocument
    if matter.presence == "in_person" and draft.present is False:
        raise NotPresent
    power = _power_for(outcome, matter, counter)
    if blocking := blocks(found, outcome):
        raise Incomplete(items=_labels(blocking))
    deferred_papers(draft, matter, outcome, counter, None)
    return draft.document, power


def blocks(found: tuple[Missing, ...], outcome: Outcome) -> tuple[Missing, ...]:
    """What of the missing items stands in the way of `outcome`: 受理 needs all of them.

    收件 and 容缺 need those that cannot come later.
    """
    return tuple(item for item in found if item.severity == "must" or outcome is ACCEPTED)


def document_number(matter: Matter, kind: NoticeKind, number: str, on: date) -> str:
    """The 文书编号: 例州公安登受字〔2026〕第03100037号, its serial being device and counter of the case number."""
    device = number[case_number.HALL : case_number.HALL + case_number.DEVICE]
    counter = number[-case_number.CHECK - case_number.COUNTER : -case_number.CHECK]
    series = PROCEDURES[matter.procedure].series + _DOCUMENT_WORDS[kind]
    return f"{matter.document_prefix}{series}字〔{on.year}〕第{device}{counter}号"


def _power_for(outcome: Outcome, matter: Matter, counter: Counter) -> Power:
    if outcome is RECEIVED:
        return "receive"
    power = power_now(matter, online=counter.online, seal_at_hand=counter.seal_at_hand)
    if power == "receive":
        raise UnlawfulStep(reason="seal_not_at_hand" if _lacks_seal(matter, counter) else "receive_only")
    # There is no result before the last paper is in.
    return "accept" if outcome is DEFERRED else power


def _lacks_seal(matter: Matter, counter: Counter) -> bool:
    return lacks_seal(matter, online=counter.online, seal_at_hand=counter.seal_at_hand)


def _labels(found: tuple[Missing, ...]) -> tuple[str, ...]:
    return tuple(item.label for item in found)


def matter_body(matter: Matter) -> dict[str, str]:
    """A matter as a fact names it."""
    return {
        "code": matter.code,
        "version": matter.version,
        "name": matter.name,
        "department": matter.department,
        "procedure": matter.procedure,
        "kind": matter.kind,
        "implementation_code": matter.implementation_code,
    }


def _fields_body(draft: Draft, matter: Matter) -> dict[str, Any]:
    """Only what is on the form now: an answer to a question that no longer stands is nobody's business."""
    shown = (field.code for field in visible_fields(matter, draft.values))
    return {code: value_body(draft.values[code]) for code in shown if code in draft.values}


def _materials(draft: Draft, matter: Matter, deferred: Mapping[str, date]) -> tuple[MaterialItem, ...]:
    """What is needed, and whatever was handed in or scanned beside it.

    容缺 is an outcome of its own with a promise to sign: without it a deferred material is simply missing.
    """
    needed = {need.code for need in needed_materials(matter, plain(draft.values))}
    listed = (item for item in draft.materials if item.code in needed or item.state == "received" or item.blobs)
    return tuple(_as_taken(item, deferred.get(item.code)) for item in listed)


def _as_taken(item: MaterialItem, until: date | None) -> MaterialItem:
    if until is not None:
        return replace(item, state="deferred", form="none", defer_until=until)
    return replace(item, state="missing") if item.state == "deferred" else item


def _documents_body(matter: Matter, papers: PrintSet, counter: Counter) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "document_number": document_number(matter, kind, counter.number, counter.today),
            "copies": copies,
        }
        for kind, copies in papers
    ]


def _remarks(
    draft: Draft,
    document: IdentityDocument,
    matter: Matter,
    materials: tuple[MaterialItem, ...],
    terms: Terms,
    today: date,
) -> tuple[str, ...]:
    """Codes of what the paper must mention; `notice_for` has the sentences."""
    noted = {
        "expired_document": matter.expired_card == "note" and is_expired(document, today),
        "copied_by_hand": draft.read_by == "manual",
        "owner_absent": draft.present is False,
        "without_seal": terms.lacks_seal,
        "licence_to_recheck": any(item.check == "pending" for item in materials),
    }
    return tuple(code for code, holds in noted.items() if holds)
