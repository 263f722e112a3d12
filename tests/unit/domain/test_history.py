"""The journal told to people, one line a fact."""

import pytest

from clerk_app.domain.history import history_line
from clerk_app.domain.kinds import STREAMS
from clerk_app.domain.outcomes import RECEIVED
from tests.unit.domain.builders import NOW, at, desk_fact, full_draft, hub_fact, taken_in
from tests.unit.domain.steps import VISIT_BODIES, VISIT_STREAM, visit_fact

ACCEPTED_CASE = taken_in(full_draft("P31"))
STREAM = ACCEPTED_CASE.stream


def said(fact, name="王例"):
    return history_line(fact, name).plain


def test_intake_names_its_papers_its_time_and_its_clerk():
    assert said(taken_in(full_draft("P14"), RECEIVED)) == "收件，打印收件凭证 1 份 · 11-23 10:09 · 王例"
    assert said(ACCEPTED_CASE) == "受理，打印受理通知书 2 份 · 11-23 10:09 · 王例"


def test_a_case_without_papers_does_not_speak_of_printing():
    fact = desk_fact(STREAM, "case.taken_in", {**ACCEPTED_CASE.body, "documents": []})
    assert said(fact) == "受理 · 11-23 10:09 · 王例"


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("case.decided", {"result": "grant", "reason": ""}, "部门决定：准予"),
        ("case.decided", {"result": "refuse", "reason": "居住未满半年"}, "部门决定：不予，居住未满半年"),
        ("case.returned", {"reason": "合同缺页"}, "部门退回，合同缺页"),
        ("case.returned", {"reason": None}, "部门退回"),
        (
            "case.rechecked",
            {"subject": "M06", "name": "近期免冠照片", "result": "confirmed", "reason": ""},
            "证照库复核：近期免冠照片一致",
        ),
        (
            "case.rechecked",
            {"subject": "document", "name": "身份证件", "result": "differs", "reason": "revoked"},
            "证照库复核：身份证件不符，证照已经注销或挂失",
        ),
    ],
)
def test_the_platforms_word_is_told_as_the_platforms(kind, body, text):
    assert said(hub_fact(STREAM, kind, body, at("2026-11-24 15:02")), "") == f"{text} · 11-24 15:02 · 平台"


@pytest.mark.parametrize(
    ("kind", "changes", "text"),
    [
        ("visit.opened", {}, "开始接待 A037"),
        ("visit.opened", {"ticket": None}, "开始接待"),
        ("visit.applicant_read", {}, "读取证件"),
        ("visit.applicant_read", {"source": "manual", "present": False}, "手工录入证件，本人不在场"),
        ("visit.parked", {}, "挂起"),
        ("visit.resumed", {}, "恢复办理"),
        ("visit.matter_ended", {}, "养老保险待遇领取资格认证：本人自愿放弃，材料在家"),
        ("visit.hints_opened", {}, "打开 1 项涉及隐私的政策提示"),
        ("visit.rating_invited", {}, "已邀请评价"),
        ("visit.rating_settled", {}, "评价已完成"),
        ("visit.rating_settled", {"state": "timed_out"}, "未评价"),
        ("visit.rating_settled", {"state": "device_failed"}, "评价器出错，没有评价成"),
        ("visit.closed", {}, "结束接待"),
    ],
)
def test_a_visit_is_told_step_by_step(kind, changes, text):
    fact = desk_fact(VISIT_STREAM, kind, {**VISIT_BODIES[kind], **changes})
    assert said(fact) == f"{text} · 11-23 10:09 · 王例"


def test_every_kind_of_a_case_and_a_visit_has_its_words():
    usual = {
        **VISIT_BODIES,
        "case.taken_in": ACCEPTED_CASE.body,
        "case.package_taken_in": {**ACCEPTED_CASE.body, "children": [{"waits": False}, {"waits": True}]},
        "case.result_registered": {"document": {"name": "营业执照", "number": "91999999MA0000001N"}},
        "case.material_supplied": {"materials": [{"name": "近期免冠照片"}]},
        "case.decided": {"result": "grant"},
        "case.returned": {},
        "case.suspended": {"name": "鉴定", "reason": "房屋安全", "child": None},
        "case.resumed": {"result": "合格", "due_on": "2026-12-21", "child": None},
        "case.extended": {"reason": "案情复杂", "due_on": "2026-12-21", "child": None},
        "case.rechecked": {"subject": "M06", "name": "近期免冠照片", "result": "confirmed", "reason": ""},
        "case.recheck_settled": {"subject": "M06", "name": "近期免冠照片", "note": "已补交原件"},
    }
    for family in ("case", "visit"):
        for kind in STREAMS[family].handlers:
            text = history_line(desk_fact(STREAM, kind, usual[kind])).text
            assert "升级" not in text
            assert "不完整" not in text


def test_the_grade_is_not_in_the_history():
    line = said(visit_fact("visit.rating_settled"))
    assert VISIT_BODIES["visit.rating_settled"]["sealed"] not in line
    assert "满意" not in line


def test_without_a_name_the_clerks_number_stands_there():
    assert said(ACCEPTED_CASE, "") == "受理，打印受理通知书 2 份 · 11-23 10:09 · 1001"


def test_a_kind_of_a_later_version_is_named_as_such():
    assert said(desk_fact(STREAM, "case.sung_about", {})) == "新版本写入的一步，请升级后查看 · 11-23 10:09 · 王例"


@pytest.mark.parametrize(
    ("kind", "body"),
    [("case.taken_in", {}), ("case.decided", {"result": "maybe"}), ("visit.matter_ended", {"outcome": "sung"})],
)
def test_a_damaged_fact_is_told_as_one(kind, body):
    assert said(desk_fact(STREAM, kind, body, NOW)).startswith("一步记录不完整")
