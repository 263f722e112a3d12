"""The form: sections in the order of the paper, and the questions of the short page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from clerk_app.domain.elements import Column, Field, FieldGroup, FieldType
from clerk_app.domain.form import REASONED, SOURCE_LABELS, FieldSource, FieldValue, Missing, form_count, visible_fields
from clerk_app.domain.form_tables import table_rows
from ui.presenters.counter_facts import CounterFacts, Preparing
from ui.presenters.person import age_text, grouped_id
from ui.say import say
from ui.viewmodels.basic import Choice
from ui.viewmodels.counter_state import ChangeView, QuestionView
from ui.viewmodels.parts import EditorKind, FactView, FieldView, SectionView

QuestionEditor = Literal["yes_no", "choice", "phone", "text", "date", "file"]

PRESENCE = "presence"
"""The code of the question 本人在场, which is no field of the form."""

_EDITORS: Mapping[FieldType, EditorKind] = {
    "date": "date",
    "choice": "choice",
    "phone": "phone",
    "address": "address",
    "id": "id",
    "number": "number",
    "credit_code": "credit_code",
    "table": "table",
    "file": "file",
}
"""Kinds of element with an editor of their own; the others are typed in a line."""

_BOXED = ("name", "number", "valid_until")
"""What of the card stands in boxes on the one page."""


def sections(facts: CounterFacts, work: Preparing) -> tuple[SectionView, ...]:
    """The whole form of the full counter."""
    errors = _errors(facts.missing, work)
    shown = {field.code for field in visible_fields(work.matter, work.draft.values)}
    made = (_section(group, work, shown, facts.missing, errors) for group in work.matter.groups)
    return tuple(section for section in made if section.fields or section.facts)


def short_sections(facts: CounterFacts, work: Preparing) -> tuple[SectionView, ...]:
    """What the card says, on the one page: the boxes that tell the person, and the rest as quiet lines."""
    sourced = [field for field in visible_fields(work.matter, work.draft.values) if _is_sourced(field, work)]
    boxed = {field.card_key: _box(field, work) for field in sourced if field.card_key in _BOXED}
    boxes = (boxed.get("name"), boxed.get("number"), _age(facts, work), boxed.get("valid_until"))
    quiet = tuple(_fact(field, work) for field in sourced if field.card_key not in _BOXED)
    heading = work.matter.groups[0].name
    return (SectionView(heading, _all_read(), tuple(box for box in boxes if box is not None), quiet),)


def questions(facts: CounterFacts, work: Preparing) -> tuple[QuestionView, ...]:
    """What a person still answers on the one page: presence, then every field that no source fills."""
    errors = _errors(facts.missing, work)
    open_fields = (field for field in visible_fields(work.matter, work.draft.values) if not _is_sourced(field, work))
    return (_presence_question(facts, work), *(_question(field, work, errors) for field in open_fields))


def count_text(facts: CounterFacts, work: Preparing) -> str:
    """How much of the form is done: 19 项 · 自动 8 · 还要填 3."""
    count = form_count(work.matter, work.draft.values, facts.around.today)
    return say(
        "{elements} 项 · 自动 {sourced} · 还要填 {to_type}",
        elements=count.elements,
        sourced=count.sourced,
        to_type=count.to_type,
    )


def field_view(field: Field, given: FieldValue | None, error: str = "") -> FieldView:
    """An element of the form that a person types, or checks because it comes from an earlier visit."""
    return FieldView(
        code=field.code,
        label=say("{label}（{unit}）", label=field.label, unit=field.unit) if field.unit else field.label,
        editor=_EDITORS.get(field.type, "text"),
        value=_in_editor(given),
        mark=given.mark if given is not None else SOURCE_LABELS["typed"],
        mark_meaning=_meaning_of(given),
        optional=not field.required,
        choices=tuple(Choice(choice, choice) for choice in field.choices),
        placeholder=_placeholder(field),
        error=error,
        note=_field_note(field, given),
        columns=tuple(_column_view(column) for column in field.columns),
        changed=given is not None and given.is_changed,
    )


def _in_editor(given: FieldValue | None) -> str:
    """What stands in the editor: the value, or of a file its name, pages and size."""
    if given is None or given.blob is None:
        return given.value if given is not None else ""
    return say("{file}，{size}", file=given.blob.words, size=size_text(given.blob.size))


def size_text(size: int) -> str:
    """A size in bytes as people say it: 1.2 MB, 85 KB."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(size // 1000, 1)} KB"


def _placeholder(field: Field) -> str:
    if field.type == "file":
        return say("按 F4 附上 PDF 或图片") if field.required else say("按 F4 附上（可不附）")
    return field.hint or ("" if field.required else say("可不填"))


def _field_note(field: Field, given: FieldValue | None) -> str:
    if given is not None and given.blob is not None:
        return _file_keys()
    return _changed_word(field, given)


def _file_keys() -> str:
    return say("F4 换一份 · Delete 拿掉")


def _changed_word(field: Field, given: FieldValue | None) -> str:
    """That a person wrote over what a source had said, and why, which is recorded."""
    if given is None or not given.is_changed:
        return ""
    parts = [say("已改") if field.columns else say("已改，原值“{said}”", said=given.original)]
    parts += [say("理由：{reason}", reason=given.reason)] if given.reason else []
    return " · ".join([*parts, say("Ctrl+E 改回")])


def _column_view(column: Column) -> FieldView:
    return FieldView(
        code=column.key,
        label=column.label if column.required else say("{label}（可不填）", label=column.label),
        editor=_EDITORS.get(column.type, "text"),
        optional=not column.required,
        choices=tuple(Choice(choice, choice) for choice in column.choices),
    )


def _section(
    group: FieldGroup, work: Preparing, shown: set[str], lacking: tuple[Missing, ...], errors: Mapping[str, str]
) -> SectionView:
    fields = tuple(field for field in group.fields if field.code in shown)
    values = work.draft.values
    typed = [field for field in fields if not _is_sourced(field, work)]
    views = tuple(field_view(field, values.get(field.code), errors.get(field.code, "")) for field in typed)
    quiet = tuple(_fact(field, work) for field in fields if _is_sourced(field, work))
    codes = {field.code for field in typed}
    open_here = sum(1 for item in lacking if item.kind == "field" and item.anchor in codes)
    if open_here:
        return SectionView(group.name, say("还差 {count} 项", count=open_here), views, quiet)
    return SectionView(group.name, _all_read() if quiet and not views else "", views, quiet)


def _errors(lacking: tuple[Missing, ...], work: Preparing) -> Mapping[str, str]:
    """What is wrong with values that are there; an empty box is missing, not wrong."""
    values = work.draft.values
    return {item.anchor: item.hint for item in lacking if item.kind == "field" and item.anchor in values}


def shown_value(field: Field, given: FieldValue) -> str:
    """An answer as a person reads it: a table as its rows, a row as its cells, a file as its name and pages."""
    if not field.columns:
        return given.words
    rows = (
        " ".join(filter(None, (row.get(column.key, "") for column in field.columns))) for row in table_rows(given.value)
    )
    return "；".join(rows)


def change_view(field: Field, given: FieldValue) -> ChangeView:
    """What a source filled and a person is about to change."""
    source = given.overrules or given.source
    editor = replace(field_view(field, FieldValue(given.value, "typed")), code="value", mark="", note="")
    return ChangeView(
        field.code,
        field.label,
        was=shown_value(field, replace(given, value=given.said)),
        source=_meaning(source),
        value=given.value,
        editor=None if field.columns else replace(editor, label=say("改成"), optional=False),
        needs_reason=source in REASONED,
        reason=given.reason,
        is_changed=given.is_changed,
    )


def _is_sourced(field: Field, work: Preparing) -> bool:
    """Whether a source has filled it and nobody need look; to the rows of a table a person may always add."""
    given = work.draft.values.get(field.code)
    return given is not None and given.source not in ("typed", "earlier") and not field.columns


def _box(field: Field, work: Preparing) -> FieldView:
    quiet = _fact(field, work)
    return FieldView(
        field.code, field.label, value=quiet.value, mark=quiet.mark, mark_meaning=quiet.mark_meaning, fixed=True
    )


def _fact(field: Field, work: Preparing) -> FactView:
    given = work.draft.values[field.code]
    value = grouped_id(given.value) if field.type == "id" else given.value
    meaning = _meaning(given.source)
    return FactView(field.label, value, SOURCE_LABELS[given.source], meaning, field.code)


def _all_read() -> str:
    return say("读身份证得来，不用录")


def _age(facts: CounterFacts, work: Preparing) -> FieldView | None:
    document = work.draft.document
    age = age_text(document, facts.around.today) if document else ""
    if not age:
        return None
    return FieldView("age", say("年龄"), value=age, mark="算", mark_meaning=_meaning("computed"), fixed=True)


def _presence_question(facts: CounterFacts, work: Preparing) -> QuestionView:
    in_person = work.matter.presence == "in_person"
    absent = facts.visit.present is False
    return QuestionView(
        PRESENCE,
        say("本人在场吗？"),
        note=say("此事项必须本人到场") if in_person else "",
        value={True: "yes", False: "no", None: ""}[facts.visit.present],
        choices=(Choice("yes", say("在")), Choice("no", say("不在"))),
        editor="yes_no",
        error=say("此事项必须本人到场，本人不在场不能收件") if in_person and absent else "",
    )


def _question(field: Field, work: Preparing, errors: Mapping[str, str]) -> QuestionView:
    given = work.draft.values.get(field.code)
    return QuestionView(
        field.code,
        field.label,
        note=_question_note(field, given),
        value=_in_editor(given),
        choices=tuple(Choice(choice, choice) for choice in field.choices),
        editor=_short_editor(field),
        error=errors.get(field.code, ""),
        optional=not field.required,
        placeholder=_placeholder(field),
        changed=given is not None and given.is_changed,
    )


def _short_editor(field: Field) -> QuestionEditor:
    editors: Mapping[str, QuestionEditor] = {"choice": "choice", "phone": "phone", "date": "date", "file": "file"}
    return editors.get(field.type, "text")


def _question_note(field: Field, given: FieldValue | None) -> str:
    if given is not None and given.blob is not None:
        return _file_keys()
    if given is not None and given.is_changed:
        return _changed_word(field, given)
    return _meaning("earlier") if given is not None and given.source == "earlier" else _note(field)


def _note(field: Field) -> str:
    if field.required:
        return field.hint
    return say("{hint}（可不填）", hint=field.hint) if field.hint else say("可不填")


def _meaning_of(given: FieldValue | None) -> str:
    if given is not None and given.is_changed and given.overrules is not None:
        return say("窗口改过，原来是：{meaning}", meaning=_meaning(given.overrules))
    return _meaning(given.source if given is not None else "typed")


def _meaning(source: FieldSource) -> str:
    return {
        "card": say("读身份证得来"),
        "licence": say("电子证照得来"),
        "result": say("前序事项的结果"),
        "earlier": say("上次办理时填的，请核对"),
        "computed": say("算出来的"),
        "typed": say("窗口填写"),
    }[source]
