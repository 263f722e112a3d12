"""办不成事登记表 on paper (document 15): the record, what came of it, and room for what is still to come."""

from __future__ import annotations

from clerk_app.domain import case_number, notice_number
from clerk_app.domain.appeals import KIND_LABELS, Appeal, AppealWords
from clerk_app.domain.civil import chinese_date, civil_time
from clerk_app.domain.notice_for import NoticeFrame, contacts, printed_footer, title_of
from clerk_app.domain.notices import Notice

_BLANK = "　"
_TO_WRITE = "\n".join(["＿" * 36] * 3)
"""Three lines for a hand: what is not known yet is written on the paper."""


def appeal_form(appeal: Appeal, frame: NoticeFrame) -> Notice:
    """The form of one record; raise `ValueError` where nothing was recorded."""
    words = appeal.words
    if words is None:
        raise ValueError("there is no such record")
    return Notice(
        kind="appeal_form",
        title=title_of("appeal_form"),
        document_number="",
        case_number=appeal.number,
        digest=frame.digest,
        progress_url="",
        facts=_facts(appeal, words, frame),
        materials=(),
        paragraphs=(),
        in_force="",
        not_yet="",
        remarks=(),
        legal_basis="",
        seal="",
        signatures=("反映人签名", "登记人签名", "承办人签名"),
        contacts=contacts(frame),
        footer=printed_footer(frame),
        mark=frame.mark,
        copy_label="补打" if frame.reprint else "",
        heading=frame.hall_name,
    )


def _facts(appeal: Appeal, words: AppealWords, frame: NoticeFrame) -> tuple[tuple[str, str], ...]:
    recorded = f"{civil_time(appeal.recorded_at):%Y-%m-%d %H:%M}"
    due_on = appeal.due_on or words.due_on
    return (
        ("反映人", words.person or "没有留名"),
        ("联系电话", words.phone or _BLANK),
        ("登记时间", recorded),
        ("登记人", f"{frame.clerk_name}（{frame.clerk_number}）"),
        ("来源", KIND_LABELS[words.kind]),
        ("跑了几次", f"{words.trips} 次" if words.trips is not None else _BLANK),
        ("事项", words.matter or "没有说是哪一件"),
        *((("办件编号", case_number.grouped(words.case)),) if words.case else ()),
        *((("告知书", notice_number.grouped(words.notice)),) if words.notice else ()),
        ("为什么没办成", words.why),
        ("诉求", words.demand or _BLANK),
        ("承办单位", words.unit),
        ("办理期限", f"{chinese_date(due_on)}前"),
        ("办理结果", appeal.handlings[-1].result if appeal.handlings else _TO_WRITE),
        ("回访", _visited(appeal)),
    )


def _visited(appeal: Appeal) -> str:
    if not appeal.visits:
        return _TO_WRITE
    last = appeal.visits[-1]
    return "，".join(filter(None, ("已经解决" if last.solved else "没有解决", last.said)))
