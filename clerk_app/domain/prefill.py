"""Prefill (预填) from electronic licences: which ones a form could use, and about whom the library is asked for each.

A licence is asked of one holder, the first the kind names who is known: the firm by its credit code, else the person
who stands for it by the document read here. One licence may tell who the holder of the next one is (the business
licence found by the card of its legal representative names the firm), so that they are asked one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from clerk_app.domain import credit_code, id_number
from clerk_app.domain.elements import Field
from clerk_app.domain.filling import Evidence, fill, licence_kinds
from clerk_app.domain.form import FieldValue, Values, plain
from clerk_app.domain.licences import LicenceFinding
from clerk_app.domain.matter import Client
from clerk_app.domain.needs import LicenceKind
from clerk_app.domain.sources import APPLICANT


@dataclass(frozen=True, slots=True)
class Wanted:
    """One question: this kind of licence of this holder (a document number or a credit code)."""

    kind: str
    holder: str

    def __repr__(self) -> str:
        # Logs must never carry whose licence is asked for.
        return f"Wanted({self.kind}, masked)"


LookUp = Callable[[Wanted], LicenceFinding]


@dataclass(frozen=True, slots=True)
class Form:
    """The elements to be filled, whom they are about, and the kinds of licences there are."""

    fields: Sequence[Field]
    client: Client
    kinds: Mapping[str, LicenceKind]


def holder_of(form: Form, kind: LicenceKind, evidence: Evidence, values: Values) -> str:
    """Whose licence of this kind is asked for now; empty while nobody is known.

    Who happens to stand at the counter for a firm is not asked about where the firm or its representative is meant.
    """
    answers = plain(values)
    for one in kind.holders:
        read = evidence.documents.get(one)
        if one == APPLICANT and form.client == "firm" and len(kind.holders) > 1:
            continue
        holder = (read.document.number or "") if read is not None else _whole(answers.get(one, "").upper())
        if holder:
            return holder
    return ""


def _whole(number: str) -> str:
    """A number that is written to its end; nobody is asked about half of one."""
    return number if credit_code.is_valid(number) or id_number.is_valid(number) else ""


def next_wanted(form: Form, evidence: Evidence, values: Values, asked: Collection[Wanted]) -> Wanted | None:
    """The next question for this form; None when all that can be asked was. What names holders comes first."""
    names_holders = {code for kind in form.kinds.values() for code in kind.holders}
    open_fields = [one for one in form.fields if not _is_settled(values.get(one.code))]
    leading = [one for one in open_fields if one.code in names_holders]
    for code in dict.fromkeys((*licence_kinds(leading), *licence_kinds(open_fields))):
        kind = form.kinds.get(code)
        holder = holder_of(form, kind, evidence, values) if kind is not None else ""
        if holder and Wanted(code, holder) not in asked:
            return Wanted(code, holder)
    return None


def _is_settled(given: FieldValue | None) -> bool:
    """Whether another lawful source has said the value: then no library need be asked."""
    return given is not None and given.is_lawful and given.source != "licence"


def prefilled(form: Form, evidence: Evidence, look_up: LookUp, today: date) -> tuple[Evidence, dict[str, FieldValue]]:
    """Ask for everything the elements could use, one question after another, and fill them."""
    values = fill(form.fields, {}, evidence, today)
    asked: set[Wanted] = set()
    while (wanted := next_wanted(form, evidence, values, asked)) is not None:
        asked.add(wanted)
        finding = look_up(wanted)
        licences = {kind: known for kind, known in evidence.licences.items() if kind != wanted.kind}
        if finding.state == "valid":
            licences[wanted.kind] = finding
        evidence = replace(evidence, licences=licences)
        values = fill(form.fields, values, evidence, today)
    return evidence, values
