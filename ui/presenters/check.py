"""What the applicant checks before signing."""

from __future__ import annotations

from dataclasses import replace

from clerk_app.domain.elements import Field
from clerk_app.domain.form import CHANGED_LABEL, FieldValue, visible_fields
from clerk_app.domain.id_number import mask
from ui.presenters.children import expected_children
from ui.presenters.counter_facts import Preparing, Surroundings
from ui.presenters.form import shown_value
from ui.presenters.outcome_words import expected_effect, expected_papers, expected_remarks
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.counter_state import CheckView
from ui.viewmodels.parts import ChipView, TextRow

Groups = tuple[tuple[str, tuple[TextRow, ...]], ...]


def check_view(work: Preparing, around: Surroundings, *, is_shown: bool, leaf: int = 0) -> CheckView:
    """The check page. `is_shown`: the second screen shows the same now, of several pages the one named by `leaf`."""
    effect = expected_effect(work, around)
    return CheckView(
        groups=answer_groups(work),
        papers=expected_papers(work, around),
        in_force=effect.in_force,
        not_yet=effect.not_yet,
        citizen=_shown_chip(leaf, leaves(work)) if is_shown else ChipView(say("没有第二屏，请念给申请人听")),
        remarks=expected_remarks(work, around),
        children=expected_children(work, around),
    )


def _shown_chip(leaf: int, count: int) -> ChipView:
    if count == 1:
        return ChipView(say("第二屏正在显示"), Tone.OK)
    return ChipView(say("第二屏第 {leaf}/{count} 页 · PgDn 翻页", leaf=leaf + 1, count=count), Tone.OK)


def answer_groups(work: Preparing) -> Groups:
    """What was typed, as it will stand, under the headings of the form."""
    shown = {field.code for field in visible_fields(work.matter, work.draft.values)}
    groups = []
    for group in work.matter.groups:
        fields = (field for field in group.fields if field.code in shown)
        rows = tuple(_row(field, given) for field in fields if (given := _typed(field, work)) is not None)
        if rows:
            groups.append((group.name, rows))
    return tuple(groups)


_PERSON = ("name", "number")

LEAF = 14
"""Rows that fit on the second screen, read from a metre away."""


def leaves(work: Preparing) -> int:
    """How many pages the second screen needs for the answers."""
    return max(-(-len(citizen_rows(work)) // LEAF), 1)


def citizen_rows(work: Preparing) -> tuple[TextRow, ...]:
    """The same for the second screen, after name and number; numbers masked, since others may look on."""
    named = ((work.draft.values.get(field.code), field) for field in work.matter.fields if field.card_key in _PERSON)
    person = (_masked(_plain_row(field, given), field) for given, field in named if given is not None)
    shown = visible_fields(work.matter, work.draft.values)
    typed = (_masked(_plain_row(field, given), field) for field in shown if (given := _typed(field, work)) is not None)
    rows = {row.label: row for row in (*person, *typed)}
    return tuple(rows.values())


def _typed(field: Field, work: Preparing) -> FieldValue | None:
    given = work.draft.values.get(field.code)
    return given if given is not None and given.value and given.source in ("typed", "earlier") else None


def _row(field: Field, given: FieldValue) -> TextRow:
    row = _plain_row(field, given)
    if row.mark != CHANGED_LABEL or field.columns:
        return row
    return replace(row, value=say("{value}（原值：{said}）", value=row.value, said=given.original))


def _plain_row(field: Field, given: FieldValue) -> TextRow:
    return TextRow(field.label, shown_value(field, given), given.mark)


def _masked(row: TextRow, field: Field) -> TextRow:
    if field.type == "id":
        return replace(row, value=mask(row.value))
    if field.type == "phone" and row.value.isdigit():
        return replace(row, value=f"{row.value[:3]}****{row.value[-4:]}")
    return row
