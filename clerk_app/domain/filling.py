"""Filling the form from lawful sources: identity documents, electronic licences, earlier results, computations.

Where none of them speaks, what the same person answered at an earlier visit stands there to be looked at. The evidence
is what was read and found so far. Filling is a function of it and of what stands on the form: it can be done again
whenever either changes, and changes nothing then that need not change. What a person typed stays: beside a source that
says otherwise it is a changed value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from clerk_app.domain.applicant import ReadSource
from clerk_app.domain.computed import computed_value
from clerk_app.domain.conditions import Answers
from clerk_app.domain.document_words import card_value, shown_end
from clerk_app.domain.elements import Column, Field
from clerk_app.domain.form import FieldSource, FieldValue, Values, plain, typed
from clerk_app.domain.form_tables import Row, keeps, table_rows, table_text
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.licences import LicenceFinding, numbered_rows, said
from clerk_app.domain.sources import APPLICANT, Source


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document and how it was read."""

    document: IdentityDocument
    read_by: ReadSource


@dataclass(frozen=True, slots=True)
class Evidence:
    """What sources say so far: documents by role, good licences by kind, data of earlier results by matter.

    `earlier`: answers of an earlier visit by element, only those that may stand again.
    """

    documents: Mapping[str, ReadDocument] = field(default_factory=lambda: MappingProxyType({}))
    licences: Mapping[str, LicenceFinding] = field(default_factory=lambda: MappingProxyType({}))
    results: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    earlier: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def fill(fields: Sequence[Field], values: Values, evidence: Evidence, today: date) -> dict[str, FieldValue]:
    """The values after every source has said what it can, the best first; what no source says stays as it is.

    A value that was computed of what is there no more falls away. Computations may rest on one another.
    """
    filled = dict(values)
    for _ in range(len(fields) + 1):
        before = dict(filled)
        answers = plain(filled)
        for one in fields:
            settled = _settled(one, filled.get(one.code), found(one, evidence, answers, today))
            if settled is None:
                filled.pop(one.code, None)
            else:
                filled[one.code] = settled
        if filled == before:
            break
    return filled


def found(one: Field, evidence: Evidence, answers: Answers, today: date) -> FieldValue | None:
    """What the best source that says anything says of an element; None if none does."""
    if one.columns:
        return _found_table(one, evidence)
    for source in one.sources:
        if value := _said(source, evidence, answers, today):
            return FieldValue(value, _origin(source, evidence), said_by=_named(source))
    return FieldValue(evidence.earlier[one.code], "earlier") if one.code in evidence.earlier else None


def licence_kinds(fields: Iterable[Field]) -> tuple[str, ...]:
    """The kinds of electronic licences that could fill these elements, each once, in the order of the paper."""
    sources = (source for one in fields for source in (*one.sources, *_of_columns(one.columns)))
    return tuple(dict.fromkeys(source.of for source in sources if source.origin == "licence"))


def card_roles(fields: Iterable[Field]) -> tuple[str, ...]:
    """Whose documents could fill these elements besides the applicant's, in the order of the paper."""
    cards = (source for one in fields for source in one.sources if source.origin == "card")
    return tuple(dict.fromkeys(source.of for source in cards if source.of != APPLICANT))


def _settled(one: Field, given: FieldValue | None, now: FieldValue | None) -> FieldValue | None:
    """The value of an element on the form, `now` being what sources say."""
    if given is None:
        return now
    if now is None:
        return None if given.source == "computed" else given
    if given.source == "typed":
        # A document copied by hand gives no source: what the clerk wrote later stands.
        return given if now.source == "typed" else _explained(given, _over(one, now, given.value))
    if one.columns and given.original is not None:
        return given if given.original == now.value else _over(one, now, _joined(one, now, given))
    return now


def _over(one: Field, now: FieldValue, text: str) -> FieldValue | None:
    """What a person made of what a source says. To a table rows and cells may be added: that changes nothing of it."""
    if one.columns and text != now.value and keeps(table_rows(text), table_rows(now.value)):
        return replace(now, value=text, original=now.value)
    return typed(now, text)


def _explained(given: FieldValue, now: FieldValue | None) -> FieldValue | None:
    """The reason why a person wrote over a source holds as long as the source says the same."""
    if now is None or not now.is_changed or now.original != given.original:
        return now
    return replace(now, reason=given.reason)


def _joined(one: Field, now: FieldValue, given: FieldValue) -> str:
    """The rows of a table after its sources say something else: what was added to it stays if they only say more."""
    rows, kept = table_rows(now.value), table_rows(given.value)
    if not keeps(rows, table_rows(given.said)):
        return given.value
    longest = max(len(rows), len(kept))
    joined = [{**_at(rows, place), **_at(kept, place)} for place in range(longest)]
    return table_text(one.columns, joined)


def _at(rows: Sequence[Row], place: int) -> Row:
    return rows[place] if place < len(rows) else {}


def _found_table(one: Field, evidence: Evidence) -> FieldValue | None:
    """The rows that licences say: those of one number belong together, whichever licence they come from."""
    columns = [(column.key, source) for column in one.columns for source in reversed(column.sources)]
    rows: dict[int, dict[str, str]] = {}
    speaking: dict[str, None] = {}
    for key, source in columns:
        finding = evidence.licences.get(source.of) if source.origin == "licence" else None
        for number, row in (numbered_rows(finding) if finding is not None else {}).items():
            if cell := shown_end(row.get(source.key, "")):
                rows.setdefault(number, {})[key] = cell
                speaking[f"licence:{source.of}"] = None
    text = table_text(one.columns, (rows[number] for number in sorted(rows)))
    return FieldValue(text, "licence", said_by=" ".join(speaking)) if text else None


def _said(source: Source, evidence: Evidence, answers: Answers, today: date) -> str:
    if source.origin == "computed":
        return computed_value(source, answers, today)
    if source.origin == "result":
        return evidence.results.get(source.of, {}).get(source.key, "")
    if source.origin == "licence":
        finding = evidence.licences.get(source.of)
        return shown_end(said(finding, source.key)) if finding is not None else ""
    read = evidence.documents.get(source.of)
    return card_value(read.document, source.key) if read is not None else ""


def _origin(source: Source, evidence: Evidence) -> FieldSource:
    """A document copied by hand fills the same elements as a card, but as typed."""
    if source.origin != "card":
        return source.origin
    return "typed" if evidence.documents[source.of].read_by == "manual" else "card"


def _named(source: Source) -> str:
    return "" if source.origin == "card" and source.of == APPLICANT else source.text


def _of_columns(columns: Iterable[Column]) -> tuple[Source, ...]:
    return tuple(source for column in columns for source in column.sources)
