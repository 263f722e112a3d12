"""The one form: values with their sources, what stands on it now, what is wrong, what is missing.

A default or a guess never counts as filled: a value is there because a lawful source or a person gave it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

from clerk_app.domain.applicant import is_expired
from clerk_app.domain.blobs import BlobRef, blob_body, blob_from_body
from clerk_app.domain.checking import NOT_A_FILE, Fault, check_field
from clerk_app.domain.conditions import Answers, applies
from clerk_app.domain.elements import Field
from clerk_app.domain.form_tables import filled_columns, table_rows
from clerk_app.domain.materials import allowed_states, needed_materials
from clerk_app.domain.matter import Matter
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.situations import Situation, asked_now, standing

if TYPE_CHECKING:
    from clerk_app.domain.draft import Draft

FieldSource = Literal["card", "licence", "result", "computed", "earlier", "typed"]
"""Where a value comes from; all but `earlier` (an earlier visit) and `typed` are lawful sources."""
_SOURCES = get_args(FieldSource)

REASONED: tuple[FieldSource, ...] = ("card", "licence", "result")
"""Sources whose word nobody types over without saying why."""

CHANGED_LABEL = "改"
"""The mark of a value that was typed over the word of such a source."""

SOURCE_NAMES: Mapping[FieldSource, str] = {"card": "身份证读出", "licence": "电子证照", "result": "前序事项的结果"}

SOURCE_LABELS: Mapping[FieldSource, str] = {
    "card": "身",
    "licence": "照",
    "result": "果",
    "computed": "算",
    "earlier": "前",
    "typed": "填",
}


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value with its source. `said_by` names that source as the catalogue does; empty for the applicant's document.

    `original` is what the source said, kept when a person changed it (then `typed`; `overrules` is the source that is
    overruled, `reason` says why), or where a person only added to the rows of a table. `blob` is the file that answers
    an element of type `file`, its id being the value.
    """

    value: str
    source: FieldSource
    original: str | None = None
    said_by: str = ""
    blob: BlobRef | None = None
    overrules: FieldSource | None = None
    reason: str = ""

    @property
    def is_lawful(self) -> bool:
        """Whether a lawful source gave it, and nobody typed it now or before."""
        return self.source not in ("typed", "earlier")

    @property
    def is_changed(self) -> bool:
        """Whether a person overrode what a source said."""
        return self.source == "typed" and self.original is not None

    @property
    def mark(self) -> str:
        """Where it comes from, in one character; 改 if a person wrote over the word of an official source."""
        return CHANGED_LABEL if self.is_changed and self.overrules in REASONED else SOURCE_LABELS[self.source]

    @property
    def words(self) -> str:
        """As people read it: of a file its name and pages."""
        return self.value if self.blob is None else self.blob.words

    @property
    def said(self) -> str:
        """What the source said; empty where there was none."""
        if self.original is not None:
            return self.original
        return self.value if self.is_lawful else ""

    def __repr__(self) -> str:
        # Logs and tracebacks must never carry what a citizen answered.
        return f"FieldValue({self.source}, masked)"


Values = Mapping[str, FieldValue]

MissingKind = Literal["document", "presence", "situation", "field", "material"]
Severity = Literal["must", "should"]


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing still to do. `must`: nothing can be taken in before; `should`: 受理 needs it, 收件 does not.

    `anchor` is where to jump: the code of a question, a field or a material, `document` or `presence`.
    """

    kind: MissingKind
    anchor: str
    label: str
    hint: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class FormCount:
    """`elements` on the form, how many a source filled, how many required ones still have to be typed."""

    elements: int
    sourced: int
    to_type: int


def typed(before: FieldValue | None, text: str) -> FieldValue | None:
    """The value after a person typed `text` over `before`; None for an emptied field without a source.

    Typing what the source had said gives the sourced value back, so that undoing a change leaves no mark.
    """
    text = text.strip()
    if before is None or (before.source == "typed" and before.original is None):
        return FieldValue(text, "typed") if text else None
    if before.source == "typed":
        if text == before.original and before.overrules is not None:
            return FieldValue(text, before.overrules, said_by=before.said_by)
        return replace(before, value=text)
    if text == before.value:
        return before
    return replace(before, value=text, source="typed", original=before.value, overrules=before.source)


def with_blob(blob: BlobRef) -> FieldValue:
    """The value of an element that a file answers."""
    return FieldValue(blob.id, "typed", blob=blob)


def plain(values: Values) -> dict[str, str]:
    """The bare answers by field code, empty ones left out."""
    return {code: value.value for code, value in values.items() if value.value}


def visible_fields(matter: Matter, values: Values) -> tuple[Field, ...]:
    """The fields on the form now, in the order of the paper; a conditional one once its condition holds."""
    answers = answers_of(matter, values)
    return tuple(field for field in matter.fields if applies(field.when, answers))


def answers_of(matter: Matter, values: Values) -> dict[str, str]:
    """The answers that count: an answer to a question that is not asked now does not."""
    return standing(matter.situations, plain(values))


def form_count(matter: Matter, values: Values, today: date) -> FormCount:
    """How much of the form is done, in data elements: a table counts one a column."""
    sourced = sum(sourced_elements(field, values.get(field.code)) for field in matter.fields)
    to_type = sum(1 for field in visible_fields(matter, values) if _fault(field, values, today))
    return FormCount(sum(field.count for field in matter.fields), sourced, to_type)


def sourced_elements(field: Field, given: FieldValue | None) -> int:
    """How many data elements of a field a lawful source filled and nobody changed."""
    if given is None or not given.is_lawful:
        return 0
    return filled_columns(field.columns, table_rows(given.value), table_rows(given.said)) if field.columns else 1


def missing(matter: Matter, draft: Draft, today: date) -> tuple[Missing, ...]:
    """Everything still to do, in the order of the work: the person, the questions, the form, the materials."""
    answers = answers_of(matter, draft.values)
    person = (_missing_document(matter, draft, today), _missing_presence(matter, draft))
    questions = (_missing_answer(question, answers) for question in asked_now(matter.situations, answers))
    fields = _missing_fields(matter, draft.values, answers, today)
    materials = (_missing_material(need, draft) for need in needed_materials(matter, answers))
    found = (*person, *questions, *fields, *materials)
    return tuple(item for item in found if item is not None)


def value_body(value: FieldValue) -> dict[str, Any]:
    """A value as it is written into a body or a draft."""
    body: dict[str, Any] = {"value": value.value, "source": value.source}
    if value.original is not None:
        body["original"] = value.original
    if value.overrules is not None:
        body["overrules"] = value.overrules
    if value.reason:
        body["reason"] = value.reason
    if value.blob is not None:
        body["blobs"] = [blob_body(value.blob)]
    return {**body, "said_by": value.said_by} if value.said_by else body


def value_from_body(body: Mapping[str, Any]) -> FieldValue:
    """Read `value_body` back; raises `KeyError` or `ValueError` for a malformed one."""
    source, overrules = body["source"], body.get("overrules")
    if source not in _SOURCES or overrules not in (None, *_SOURCES):
        raise ValueError(f"unknown source {source!r}")
    original = body.get("original")
    said_by = str(body.get("said_by", ""))
    value, blobs = str(body["value"]), [blob_from_body(blob) for blob in body.get("blobs", ())]
    if blobs and [blob.id for blob in blobs] != [value]:
        raise ValueError("not the file that the value names")
    return FieldValue(
        value,
        source,
        None if original is None else str(original),
        said_by,
        blobs[0] if blobs else None,
        overrules,
        str(body.get("reason", "")),
    )


def _missing_document(matter: Matter, draft: Draft, today: date) -> Missing | None:
    if draft.document is None:
        return Missing("document", "document", "证件", "请读身份证（F2）", "must")
    if matter.expired_card == "refuse" and is_expired(draft.document, today):
        return Missing("document", "document", "证件已过期", "此事项要有效证件，请先换证", "must")
    return None


def _missing_presence(matter: Matter, draft: Draft) -> Missing | None:
    if draft.present is None:
        return Missing("presence", "presence", "本人在场？", "请确认本人是否在场", "must")
    if matter.presence == "in_person" and not draft.present:
        return Missing("presence", "presence", "本人不在场", "此事项必须本人到场", "must")
    return None


def _missing_answer(question: Situation, answers: Answers) -> Missing | None:
    if answers.get(question.code) in question.choices:
        return None
    return Missing("situation", question.code, question.question, "请选一个", "must")


def _missing_fields(matter: Matter, values: Values, answers: Answers, today: date) -> Iterator[Missing]:
    shown = [field for field in matter.fields if applies(field.when, answers)]
    broken = _broken_rules(matter, [field.code for field in shown], answers)
    for field in shown:
        fault = _fault(field, values, today) or broken.get(field.code)
        if fault is not None:
            yield Missing("field", field.code, field.label, fault.message or field.hint, "must")


def _broken_rules(matter: Matter, shown: Sequence[str], answers: Answers) -> dict[str, Fault]:
    """What the answers say against one another, at the last element of the paper that has a part in it."""
    places = {code: place for place, code in enumerate(shown)}
    rules = (*(rule for group in matter.groups for rule in group.rules), *matter.rules)
    found: dict[str, Fault] = {}
    for rule in rules:
        here = [code for code in rule.when.asked if code in places]
        if here and rule.when.holds(answers):
            found.setdefault(max(here, key=places.__getitem__), Fault("rule", rule.message))
    return found


def _missing_material(need: MaterialNeed, draft: Draft) -> Missing | None:
    if not need.required:
        return None
    item = draft.material(need.code)
    if item is not None and item.is_settled and item.state in allowed_states(need, draft.read_by):
        return None
    if need.deferrable:
        return Missing("material", need.code, need.name, need.accepts or "可容缺后补", "should")
    return Missing("material", need.code, need.name, need.accepts, "must")


def _fault(field: Field, values: Values, today: date) -> Fault | None:
    """What is wrong with the field's present value. What a lawful source says is not for the form to judge."""
    given = values.get(field.code)
    if given is None:
        return check_field(field, "", today)
    if given.is_lawful and not field.columns:
        return None
    if given.is_changed and given.overrules in REASONED and not given.reason:
        return Fault("unexplained", f"与{SOURCE_NAMES[given.overrules]}的不一样，请按 Ctrl+E 写明理由，或者改回")
    if field.type == "file" and given.value and given.blob is None:
        return NOT_A_FILE
    return check_field(field, given.value, today, given.said)
