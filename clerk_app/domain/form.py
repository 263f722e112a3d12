"""The one form: what the card fills, what must still be typed, what is wrong, what is missing.

A default or a guess never counts as filled: a value is there because a lawful source or a person gave it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

from clerk_app.domain.applicant import ReadSource, is_expired
from clerk_app.domain.elements import Field
from clerk_app.domain.id_number import is_valid
from clerk_app.domain.identity import LONG_TERM, IdentityDocument
from clerk_app.domain.materials import allowed_states, needed_materials
from clerk_app.domain.matter import Matter
from clerk_app.domain.needs import MaterialNeed

if TYPE_CHECKING:
    from clerk_app.domain.draft import Draft

FieldSource = Literal["card", "licence", "earlier", "computed", "typed"]
_SOURCES = get_args(FieldSource)
"""身 照 前 算 填."""

SOURCE_LABELS: Mapping[FieldSource, str] = {
    "card": "身",
    "licence": "照",
    "earlier": "前",
    "computed": "算",
    "typed": "填",
}

FieldFault = Literal["required", "not_a_choice", "not_a_date", "future_date", "not_a_phone", "not_an_id", "too_long"]

NO_PHONE = "无手机"
LONG_TERM_LABEL = "长期"
MAX_TEXT = 200

_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|[48]00-?\d{3}-?\d{4}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OTHER_ID = re.compile(r"[0-9A-Z]{6,17}")
_SEX_LABELS = {"male": "男", "female": "女", "unknown": "未知", "not_stated": "未说明"}
_DOCUMENT_LABELS = {
    "resident_id": "居民身份证",
    "hmt_permit": "港澳台居民居住证",
    "foreign_permanent_2017": "外国人永久居留身份证",
    "foreign_permanent_2023": "外国人永久居留身份证",
}


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value with its source. `original` is what the source said, kept when a person changed it (then `typed`)."""

    value: str
    source: FieldSource
    original: str | None = None

    @property
    def is_changed(self) -> bool:
        """Whether a person overrode what a lawful source said."""
        return self.original is not None

    def __repr__(self) -> str:
        # Logs and tracebacks must never carry what a citizen answered.
        return f"FieldValue({self.source}, masked)"


Values = Mapping[str, FieldValue]

MissingKind = Literal["document", "presence", "field", "material"]
Severity = Literal["must", "should"]

_FAULT_HINTS: Mapping[FieldFault, str] = {
    "required": "",
    "not_a_choice": "请从选项中选一个",
    "not_a_date": "日期不对，例：2026-11-17",
    "future_date": "日期不能晚于今天",
    "not_a_phone": "号码不对；没有手机请填“无手机”",
    "not_an_id": "证件号码不对",
    "too_long": f"太长，最多 {MAX_TEXT} 字",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing still to do. `must`: nothing can be taken in before; `should`: 受理 needs it, 收件 does not.

    `anchor` is where to jump: a field or material code, `document` or `presence`.
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


def document_label(document: IdentityDocument) -> str:
    """The Chinese name of the kind of document; empty for an unknown kind."""
    return _DOCUMENT_LABELS.get(document.document, "")


def card_value(document: IdentityDocument, key: str) -> str:
    """What a document says under `key`, as the form shows it; empty if it says nothing.

    The newest address of a card stands over the printed one.
    """
    if key == "document":
        return document_label(document)
    if key == "sex":
        return _SEX_LABELS.get(document.sex or "", "")
    if key == "valid_until":
        return LONG_TERM_LABEL if document.valid_until == LONG_TERM else document.valid_until or ""
    if key == "address":
        return document.newest_address or document.address or ""
    return str(getattr(document, key) or "")


def prefill(matter: Matter, document: IdentityDocument, read_by: ReadSource = "card") -> dict[str, FieldValue]:
    """The fields the document fills. One copied by hand fills the same fields, but as typed."""
    source: FieldSource = "card" if read_by == "card" else "typed"
    keyed = ((field.code, field.card_key) for field in matter.fields)
    filled = ((code, card_value(document, key)) for code, key in keyed if key is not None)
    return {code: FieldValue(value, source) for code, value in filled if value}


def typed(before: FieldValue | None, text: str) -> FieldValue | None:
    """The value after a person typed `text` over `before`; None for an emptied field without a source.

    Typing what the source had said gives the sourced value back, so that undoing a change leaves no mark.
    """
    text = text.strip()
    if before is None or (before.source == "typed" and before.original is None):
        return FieldValue(text, "typed") if text else None
    if before.source != "typed":
        return before if text == before.value else FieldValue(text, "typed", original=before.value)
    return FieldValue(text, "typed", original=before.original)


def plain(values: Values) -> dict[str, str]:
    """The bare answers by field code, empty ones left out."""
    return {code: value.value for code, value in values.items() if value.value}


def visible_fields(matter: Matter, values: Values) -> tuple[Field, ...]:
    """The fields on the form now, in the order of the paper; a conditional one once its condition holds."""
    answers = plain(values)
    return tuple(field for field in matter.fields if field.when is None or field.when.holds(answers))


def check_field(field: Field, value: str, today: date) -> FieldFault | None:
    """What is wrong with a value, or None. An empty value is wrong only in a required field."""
    if not value:
        return "required" if field.required else None
    if field.type == "choice":
        return None if value in field.choices else "not_a_choice"
    if value in field.choices:
        return None
    if len(value) > MAX_TEXT:
        return "too_long"
    if field.type == "date":
        return _check_date(field, value, today)
    if field.type == "phone" and not _PHONE.fullmatch(value.replace(" ", "")):
        return "not_a_phone"
    if field.type == "id" and not _is_id(value.upper()):
        return "not_an_id"
    return None


def form_count(matter: Matter, values: Values, today: date) -> FormCount:
    """How much of the form is done."""
    sourced = sum(1 for field in matter.fields if (given := values.get(field.code)) and given.source != "typed")
    to_type = sum(1 for field in visible_fields(matter, values) if _fault(field, values, today))
    return FormCount(len(matter.fields), sourced, to_type)


def missing(matter: Matter, draft: Draft, today: date) -> tuple[Missing, ...]:
    """Everything still to do, in the order of the paper: the person, the form, the materials."""
    fields = (_missing_field(field, draft.values, today) for field in visible_fields(matter, draft.values))
    materials = (_missing_material(need, draft) for need in needed_materials(matter, plain(draft.values)))
    found = (_missing_document(matter, draft, today), _missing_presence(matter, draft), *fields, *materials)
    return tuple(item for item in found if item is not None)


def value_body(value: FieldValue) -> dict[str, Any]:
    """A value as it is written into a body or a draft."""
    body = {"value": value.value, "source": value.source}
    return body if value.original is None else {**body, "original": value.original}


def value_from_body(body: Mapping[str, Any]) -> FieldValue:
    """Read `value_body` back; raises `KeyError` or `ValueError` for a malformed one."""
    source = body["source"]
    if source not in _SOURCES:
        raise ValueError(f"unknown source {source!r}")
    original = body.get("original")
    return FieldValue(str(body["value"]), source, None if original is None else str(original))


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


def _missing_field(field: Field, values: Values, today: date) -> Missing | None:
    fault = _fault(field, values, today)
    if fault is None:
        return None
    return Missing("field", field.code, field.label, _FAULT_HINTS[fault] or field.hint, "must")


def _missing_material(need: MaterialNeed, draft: Draft) -> Missing | None:
    if not need.required:
        return None
    item = draft.material(need.code)
    if item is not None and item.is_settled and item.state in allowed_states(need, draft.read_by):
        return None
    if need.deferrable:
        return Missing("material", need.code, need.name, need.accepts or "可容缺后补", "should")
    return Missing("material", need.code, need.name, need.accepts, "must")


def _check_date(field: Field, value: str, today: date) -> FieldFault | None:
    if not _DATE.fullmatch(value):
        return "not_a_date"
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return "not_a_date"
    return "future_date" if day > today and not field.may_be_future else None


def _fault(field: Field, values: Values, today: date) -> FieldFault | None:
    """What is wrong with the field's present value. What a lawful source says is not for the form to judge."""
    given = values.get(field.code)
    if given is not None and given.source != "typed":
        return None
    return check_field(field, given.value if given else "", today)


def _is_id(value: str) -> bool:
    """A citizen number with its right check character, or a shorter number of another make."""
    return is_valid(value) if len(value) == 18 else _OTHER_ID.fullmatch(value) is not None
