"""What is known (已知情况) of a person or a firm, as answers: the ground on which policy hints are given.

    card:KEY              the identity document, as `clerk card read` names its keys
    held:KIND             有 or 没有: whether a licence of this kind is held; absent while nobody could be asked
    licence:KIND.KEY      what a good licence says; its own number and name too
    licence:KIND          the rows of several licences of one holder (the vehicles of a firm), as a table
    g.…, q.…              answers of the form and of its questions
    computed:NAME(…)      worked out from any of these

Nothing is known that no document, licence or person has said: a default or a guess has no place here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date

from clerk_app.domain.computed import COMPUTATIONS, computed_value
from clerk_app.domain.conditions import Answers
from clerk_app.domain.document_words import card_value
from clerk_app.domain.form import Values, answers_of, visible_fields
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.licences import LicenceFinding, rows_said
from clerk_app.domain.materials import MaterialItem
from clerk_app.domain.matter import Matter
from clerk_app.domain.sources import source_of

HELD, NOT_HELD = "有", "没有"
"""The answers of `held:KIND`."""

_COMPUTED = "computed:"
_OWN = ("number", "name", "issuer", "valid_until")
_NO_TEXT = frozenset({"truncated", "number_valid", "sam_id"})


def held(kind: str) -> str:
    """The code that says whether a licence of this kind is held."""
    return f"held:{kind}"


def card_facts(document: IdentityDocument) -> dict[str, str]:
    """What an identity document says, each item as the form shows it."""
    keys = (field.name for field in fields(IdentityDocument) if field.name not in _NO_TEXT)
    said = {f"card:{key}": card_value(document, key) for key in keys}
    return {code: value for code, value in said.items() if value}


def licence_facts(kind: str, finding: LicenceFinding) -> dict[str, str]:
    """What a finding of a licence library says; nothing where it could not be asked.

    One that has ended or was revoked is not held, and what it said does not count.
    """
    if finding.state == "unavailable":
        return {}
    if finding.state != "valid":
        return {held(kind): NOT_HELD}
    rows = rows_said(finding)
    own = {key: getattr(finding, key) for key in _OWN}
    plain = {key: value for key, value in finding.fields.items() if "." not in key}
    facts = {f"licence:{kind}.{key}": value for key, value in {**own, **plain}.items() if value}
    table = {f"licence:{kind}": json.dumps([dict(row) for row in rows], ensure_ascii=False)} if rows else {}
    return {held(kind): HELD, **facts, **table}


def form_facts(matter: Matter, values: Values) -> dict[str, str]:
    """What the form says: the answers that count now, of elements that are on it now.

    What was taken over from an earlier visit to be looked at is not said yet.
    """
    answers = answers_of(matter, {code: value for code, value in values.items() if value.source != "earlier"})
    shown = {one.code for one in visible_fields(matter, values)} | {one.code for one in matter.situations}
    return {code: answer for code, answer in answers.items() if code in shown}


def held_by_paper(matter: Matter, items: Iterable[MaterialItem]) -> dict[str, str]:
    """The licences whose paper was handed in or that the library confirmed; one still to be re-checked is not known."""
    settled = {item.code for item in items if item.state == "received" or item.check == "confirmed"}
    kinds = (need.material.licence for need in matter.materials if need.material and need.code in settled)
    return {held(kind): HELD for kind in kinds if kind}


def with_computed(known: Answers, codes: Iterable[str], today: date) -> Mapping[str, str]:
    """`known` and, of `codes`, what can be worked out from it on this day; what cannot stays unknown."""
    found = dict(known)
    for code in codes:
        if code.startswith(_COMPUTED):
            value = computed_value(source_of(code), known, today)
            if value:
                found[code] = value
            else:
                found.pop(code, None)
    return found


def rests_on(code: str) -> tuple[str, ...]:
    """The codes a code stands for: those a computation is made from, else itself."""
    if not code.startswith(_COMPUTED):
        return (code,)
    source = source_of(code)
    return source.arguments[: len(source.arguments) - COMPUTATIONS[source.of].words]
