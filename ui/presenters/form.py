"""The form: sections in the order of the paper, and the questions of the short page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from clerk_app.domain.form import SOURCE_LABELS, FieldSource, FieldValue, Missing, form_count, visible_fields
from clerk_app.domain.matter import Field, FieldGroup
from ui.presenters.counter_facts import CounterFacts, Preparing
from ui.presenters.person import age_text, grouped_id
from ui.say import say
from ui.viewmodels.counter_state import QuestionView
from ui.viewmodels.parts import Choice, FieldView, SectionView

QuestionEditor = Literal["yes_no", "choice", "phone", "text", "date"]

PRESENCE = "presence"
"""The code of the question 本人在场, which is no field of the form."""

_SHORT_CARD_KEYS = ("name", "number")
_SHORT_LAST_CARD_KEY = "valid_until"


def sections(facts: CounterFacts, work: Preparing) -> tuple[SectionView, ...]:
    """The whole form of the full counter."""
    errors = _errors(facts.missing, work)
    shown = {field.code for field in visible_fields(work.matter, work.draft.values)}
    made = (_section(group, work, shown, facts.missing, errors) for group in work.matter.groups)
    return tuple(section for section in made if section.fields)


def short_sections(facts: CounterFacts, work: Preparing) -> tuple[SectionView, ...]:
    """What the card says, on the one page: enough to know the person; the rest is on paper and on their screen."""
    by_key = {field.card_key: field for field in work.matter.fields if field.card_key is not None}
    first = [_sourced(by_key.get(key), work) for key in _SHORT_CARD_KEYS]
    last = _sourced(by_key.get(_SHORT_LAST_CARD_KEY), work)
    views = (*first, _age(facts, work), last)
    return (SectionView("", "", tuple(view for view in views if view is not None)),)


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
    """One element of the form. What a lawful source filled is not for typing."""
    fixed = given is not None and given.source not in ("typed", "earlier")
    source: FieldSource = given.source if given is not None else "typed"
    value = given.value if given is not None else ""
    return FieldView(
        code=field.code,
        label=field.label,
        editor=field.type,
        value=grouped_id(value) if fixed and field.type == "id" else value,
        mark=SOURCE_LABELS[source],
        mark_meaning=_meaning(source),
        fixed=fixed,
        optional=not field.required,
        choices=tuple(Choice(choice, choice) for choice in field.choices),
        placeholder=field.hint or ("" if field.required else say("可不填")),
        error=error,
    )


def _section(
    group: FieldGroup, work: Preparing, shown: set[str], lacking: tuple[Missing, ...], errors: Mapping[str, str]
) -> SectionView:
    fields = tuple(field for field in group.fields if field.code in shown)
    values = work.draft.values
    views = tuple(field_view(field, values.get(field.code), errors.get(field.code, "")) for field in fields)
    codes = {field.code for field in fields}
    open_here = sum(1 for item in lacking if item.kind == "field" and item.anchor in codes)
    if open_here:
        note = say("还差 {count} 项", count=open_here)
    else:
        note = say("读身份证得来，不用录") if views and all(view.fixed for view in views) else ""
    return SectionView(group.name, note, views)


def _errors(lacking: tuple[Missing, ...], work: Preparing) -> Mapping[str, str]:
    """What is wrong with values that are there; an empty box is missing, not wrong."""
    values = work.draft.values
    return {item.anchor: item.hint for item in lacking if item.kind == "field" and item.anchor in values}


def _is_sourced(field: Field, work: Preparing) -> bool:
    given = work.draft.values.get(field.code)
    return given is not None and given.source not in ("typed", "earlier")


def _sourced(field: Field | None, work: Preparing) -> FieldView | None:
    if field is None or not _is_sourced(field, work):
        return None
    return field_view(field, work.draft.values[field.code])


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
        note=_note(field),
        value=given.value if given else "",
        choices=tuple(Choice(choice, choice) for choice in field.choices),
        editor=_short_editor(field),
        error=errors.get(field.code, ""),
        optional=not field.required,
    )


def _short_editor(field: Field) -> QuestionEditor:
    editors: Mapping[str, QuestionEditor] = {"choice": "choice", "phone": "phone", "date": "date"}
    return editors.get(field.type, "text")


def _note(field: Field) -> str:
    if field.required:
        return field.hint
    return say("{hint}（可不填）", hint=field.hint) if field.hint else say("可不填")


def _meaning(source: FieldSource) -> str:
    return {
        "card": say("读身份证得来"),
        "licence": say("电子证照得来"),
        "earlier": say("上次办理时填的，请核对"),
        "computed": say("算出来的"),
        "typed": say("窗口填写"),
    }[source]
