"""Changing what a source filled (改动): what may be changed, on what ground, and how it is taken back.

The chip of a card says who somebody is: that is not typed over. Whoever bears another name now has another card; a
registered address may have moved, and a text that the chip cut off may be completed. What is worked out from other
answers is changed by changing those. Everything else may be changed; over the word of a card, a licence or a result
only with a reason. What the source said stays beside it, and is one key away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from clerk_app.domain.checking import check_field
from clerk_app.domain.civil import civil_date
from clerk_app.domain.draft import Draft, filled
from clerk_app.domain.elements import Field
from clerk_app.domain.form import REASONED, FieldValue, typed
from clerk_app.domain.matter import Matter
from clerk_app.domain.sources import APPLICANT, Source, source_of
from clerk_app.errors import BadAnswer, UnlawfulStep

Fixed = Literal["", "card", "computed"]
"""Why a value is not to be typed over: the chip says who somebody is, or it is worked out from other answers."""

_MAY_HAVE_CHANGED = ("address", "newest_address")
_NO_SUMS = ("same",)


def fixed_by(field: Field, given: FieldValue, draft: Draft) -> Fixed:
    """What fixes the value of an element; empty if it may be changed."""
    source, spoken = given.overrules or given.source, _spoken(field, given)
    if spoken is None:
        return ""
    if source == "computed" and spoken.of not in _NO_SUMS:
        return "computed"
    if source == "card" and spoken.key not in _MAY_HAVE_CHANGED:
        read = draft.evidence.documents.get(spoken.of)
        return "" if read is not None and spoken.key in read.document.truncated else "card"
    return ""


def changed(draft: Draft, matter: Matter, code: str, text: str, reason: str, at_ms: int) -> Draft:
    """The draft after a person changed what a source filled, or gave the reason for what was changed before.

    Raises `UnlawfulStep` for a value that nobody may change or none that a source filled, and without the reason that
    is asked for; `BadAnswer` with what is wrong with the new value.
    """
    field, given = _filled(draft, matter, code)
    if fixed := fixed_by(field, given, draft):
        raise UnlawfulStep(reason=f"fixed_by_{fixed}")
    value = typed(given, text)
    assert value is not None  # a value that a source filled is never gone without a trace
    if not value.is_changed:
        return _with(draft, matter, code, value, at_ms)
    if needs_reason(value) and not reason.strip():
        raise UnlawfulStep(reason="change_without_reason")
    fault = check_field(field, value.value, civil_date(at_ms), value.said)
    if fault is not None:
        raise BadAnswer(element=field.label, fault=fault.message or "不能是空的")
    return _with(draft, matter, code, replace(value, reason=reason.strip()), at_ms)


def taken_back(draft: Draft, matter: Matter, code: str, at_ms: int) -> Draft:
    """The draft with what the source said in place of a change; raises `UnlawfulStep` where nothing was changed."""
    _, given = _filled(draft, matter, code)
    if not given.is_changed:
        raise UnlawfulStep(reason="not_changed")
    return _with(draft, matter, code, restored(given), at_ms)


def restored(given: FieldValue) -> FieldValue:
    """What the source said, as if nobody had changed it."""
    assert given.original is not None
    return FieldValue(given.original, given.overrules or "typed", said_by=given.said_by)


def needs_reason(given: FieldValue) -> bool:
    """Whether a value was typed over the word of a card, a licence or a result."""
    return given.is_changed and given.overrules in REASONED


def _filled(draft: Draft, matter: Matter, code: str) -> tuple[Field, FieldValue]:
    field, given = matter.field(code), draft.values.get(code)
    if field is None or given is None or not (given.is_lawful or given.is_changed):
        raise UnlawfulStep(reason="not_filled")
    return field, given


def _with(draft: Draft, matter: Matter, code: str, value: FieldValue, at_ms: int) -> Draft:
    values = {**draft.values, code: value}
    return filled(replace(draft, values=values, updated_at=at_ms), matter, at_ms)


def _spoken(field: Field, given: FieldValue) -> Source | None:
    """The source that said the value; None for a table, which several may fill together."""
    if field.columns:
        return None
    if given.said_by:
        return source_of(given.said_by)
    return Source("card", APPLICANT, field.card_key) if field.card_key is not None else None
