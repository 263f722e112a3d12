"""What the applicant checks before signing."""

from __future__ import annotations

from clerk_app.domain.form import SOURCE_LABELS, FieldValue, visible_fields
from clerk_app.domain.id_number import mask
from clerk_app.domain.matter import Field
from ui.presenters.counter_facts import Preparing, Surroundings
from ui.presenters.outcome_words import expected_effect, expected_papers, expected_remarks
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.counter_state import CheckView
from ui.viewmodels.parts import ChipView, TextRow

Groups = tuple[tuple[str, tuple[TextRow, ...]], ...]


def check_view(work: Preparing, around: Surroundings, *, is_shown: bool) -> CheckView:
    """The check page. `is_shown`: the second screen shows the same now."""
    effect = expected_effect(work, around)
    return CheckView(
        groups=answer_groups(work),
        papers=expected_papers(work, around),
        in_force=effect.in_force,
        not_yet=effect.not_yet,
        citizen=ChipView(say("第二屏正在显示"), Tone.OK) if is_shown else ChipView(say("没有第二屏，请念给申请人听")),
        remarks=expected_remarks(work, around),
    )


def answer_groups(work: Preparing) -> Groups:
    """Everything on the form, as it will stand; numbers of people masked, since others may look on."""
    shown = {field.code for field in visible_fields(work.matter, work.draft.values)}
    groups = []
    for group in work.matter.groups:
        fields = (field for field in group.fields if field.code in shown)
        rows = tuple(row for row in (_row(field, work.draft.values.get(field.code)) for field in fields) if row)
        if rows:
            groups.append((group.name, rows))
    return tuple(groups)


def _row(field: Field, given: FieldValue | None) -> TextRow | None:
    if given is None or not given.value:
        return None
    value = mask(given.value) if field.type == "id" else given.value
    return TextRow(field.label, value, SOURCE_LABELS[given.source])
