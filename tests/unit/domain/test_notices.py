"""What the two papers say, word by word where the law or the citizen depends on it."""

from dataclasses import replace
from datetime import date

import pytest

from clerk_app.domain.case import Case
from clerk_app.domain.notice_for import NoticeFrame, copy_label, notice_for
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.domain.procedure import PROCEDURES
from clerk_app.errors import UnlawfulStep
from tests.unit.domain.builders import (
    NOW,
    at,
    counter,
    folded_case,
    full_draft,
    item,
    matter,
    person,
    taken_in,
)

P14, P31 = matter("P14"), matter("P31")

FRAME = NoticeFrame(
    hall_name="例州区政务服务中心",
    window_name="3 号窗口",
    device="031",
    clerk_name="王例",
    clerk_number="1001",
    consult_phone="0000-0000000",
    complaint_phone="12345",
    progress_url="https://hub.example/p/TOKEN",
    digest="0a1b2c3d",
    printed_at=at("2026-11-23 10:12"),
    copy=1,
    reprint=False,
    mark="演示",
)


def receipt(code="P14", draft=None, frame=FRAME, circumstances=None, kind_of=None):
    case = folded_case(taken_in(draft or full_draft(code), RECEIVED, circumstances))
    return notice_for(case, kind_of or matter(code), "receipt", frame)


def acceptance(draft=None, frame=FRAME, circumstances=None, kind_of=P31):
    case = folded_case(taken_in(draft or full_draft("P31"), circumstances=circumstances))
    return notice_for(case, kind_of, "acceptance_notice", frame)


def every_text(notice):
    return "".join(str(getattr(notice, name)) for name in notice.__slots__)


# ---- the common frame -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notice", [receipt(), receipt("P31"), acceptance()], ids=["P14", "P31 receipt", "P31"])
def test_every_notice_has_the_common_frame(notice):
    facts = dict(notice.facts)
    assert notice.heading == "例州区政务服务中心"
    assert notice.case_number == counter().number
    assert (notice.digest, notice.progress_url, notice.mark) == ("0a1b2c3d", "https://hub.example/p/TOKEN", "演示")
    assert facts["申请人"] == "周例安"
    assert facts["居民身份证"] == "999999********0010"
    assert facts["实施编码"] in (P14.implementation_code, P31.implementation_code)
    assert facts["办理地点"] == "例州区政务服务中心 3 号窗口"
    assert facts["收件时间"] == "2026 年 11 月 23 日 10:09"
    assert notice.contacts == (("咨询电话", "0000-0000000"), ("政务服务热线", "12345"))
    assert notice.footer == ("打印时间 2026-11-23 10:12", "设备 031", "联网办理")


@pytest.mark.parametrize("notice", [receipt(), receipt("P31"), acceptance()], ids=["P14", "P31 receipt", "P31"])
def test_the_number_of_a_person_is_masked_everywhere(notice):
    assert "999999199202160010" not in every_text(notice)
    assert "19920216" not in every_text(notice)


def test_a_case_made_without_a_line_says_so_for_ever():
    assert receipt(circumstances=counter(online=False)).footer[-1] == "离线办理"


def test_phones_that_are_not_set_are_not_printed():
    frame = replace(FRAME, consult_phone="", complaint_phone="0000-1111111")
    assert receipt(frame=frame).contacts == (("投诉电话", "0000-1111111"), ("政务服务热线", "12345"))


def test_the_clerk_is_named_with_the_number_of_the_badge():
    assert dict(receipt().facts)["收件人"] == "王例（工号 1001）"
    assert dict(acceptance().facts)["受理人"] == "王例（工号 1001）"


def test_a_holder_of_a_permit_is_shown_by_its_kind():
    draft = replace(full_draft("P31"), document=person(document="hmt_permit"))
    assert dict(acceptance(draft).facts)["港澳台居民居住证"] == "999999********0010"


def test_a_holder_without_a_citizen_number_is_shown_by_the_number_of_the_permit():
    draft = replace(full_draft("P31"), document=person(number=None, permit_number="H99999999"))
    assert dict(acceptance(draft).facts)["居民身份证"] == "*******99"


def test_a_document_without_a_name_in_chinese_shows_the_other():
    draft = replace(full_draft("P31"), document=person(name=None, english_name="LI, EXAMPLE", document="unknown"))
    assert dict(acceptance(draft).facts)["申请人"] == "LI, EXAMPLE"
    assert dict(acceptance(draft).facts)["证件"] == "999999********0010"


# ---- 收件凭证 ---------------------------------------------------------------------------------------------------


def test_the_receipt_of_p14_says_what_is_in_force_and_what_is_not():
    notice = receipt()
    assert (notice.title, notice.copy_label) == ("收件凭证", "申请人留存")
    assert (notice.in_force, notice.not_yet) == ("收件有效", "平台确认后认证生效")
    assert notice.legal_basis == "《社会保险经办条例》第二十六条。登记您的办理事项，出具本凭证。"
    assert notice.seal == ""
    assert notice.signatures == ("提交人签名", "收件人签名")
    assert notice.paragraphs == ("收到您办理“养老保险待遇领取资格认证”的材料，以上所列为准。本凭证不是受理通知书。",)


def test_a_receipt_lists_each_paper_with_its_state():
    draft = full_draft("P31")
    draft = draft.with_material(replace(item(draft, "M17"), state="missing", form="none", copies=0, pages=0), NOW)
    rows = [(row.name, row.form, row.copies, row.state) for row in receipt("P31", draft).materials]
    assert rows == [
        ("居民身份证", "原件已看", "—", "免提交"),
        ("房屋租赁合同或其他住所证明", "原件已看", "1 份 2 页", "已收"),
        ("近期免冠照片", "原件已看", "1 份 2 页", "已收"),
        ("劳动合同或就业协议", "—", "—", "缺"),
    ]


def test_a_receipt_says_until_when_the_citizen_hears_more():
    assert "是否受理，最迟 2026 年 11 月 30 日告诉您。" in receipt("P31").paragraphs


def test_a_receipt_without_the_seal_has_no_place_for_one_and_says_why():
    notice = receipt("P31", circumstances=counter(seal=False))
    assert notice.seal == ""
    assert notice.remarks == ("办理时印章不在场，本次只收件，不加盖印章；受理后另发受理通知书。",)
    assert "受理通知书" not in notice.title


def test_a_receipt_with_the_seal_at_hand_has_a_place_for_it():
    assert receipt("P31").seal == "（加盖收件专用章）"


# ---- 受理通知书 -------------------------------------------------------------------------------------------------


def test_the_acceptance_notice_of_p31_says_what_the_law_asks():
    notice = acceptance()
    facts = dict(notice.facts)
    assert (notice.title, notice.document_number) == ("受理通知书", "例州公安登受字〔2026〕第03100037号")
    assert facts["受理日期"] == "2026 年 11 月 23 日"
    assert facts["承诺时限"] == "10 个工作日"
    assert facts["最迟办结"] == "2026 年 12 月 7 日"
    assert (notice.in_force, notice.not_yet) == (
        "居住登记今天起生效",
        "居住证 10 个工作日内（最迟 2026 年 12 月 7 日）发放",
    )
    assert notice.seal == "（加盖受理专用章）"
    assert notice.signatures == ("申请人签名", "经办人签名")
    assert notice.legal_basis.startswith("《居住证暂行条例》第九条。")
    assert notice.remarks == ()
    assert notice.paragraphs == (
        "您申请办理的“居住登记及居住证申领”，材料齐全、符合规定，已于 2026 年 11 月 23 日受理。",
        "自受理之日起 10 个工作日内办结，最迟 2026 年 12 月 7 日；法定时限 15 个工作日，最迟 2026 年 12 月 14 日。"
        "依法不计入时限的时间（检验、检测、鉴定、专家评审等）不算在内，需要多久会书面告诉您。",
        "居住证办好后，请凭本通知书和身份证到窗口领取。逾期未办结的，您可以依法申请行政复议或者提起行政诉讼。",
    )


def test_a_day_past_the_official_table_is_marked_everywhere_it_is_printed():
    notice = acceptance(circumstances=counter(today=date(2026, 12, 21)))
    assert dict(notice.facts)["最迟办结"] == "2027 年 1 月 4 日（推算）"
    assert (
        "最迟 2027 年 1 月 4 日（推算）；法定时限 15 个工作日，最迟 2027 年 1 月 11 日（推算）" in notice.paragraphs[1]
    )
    assert "标“推算”的日期按周一至周五暂算" in notice.paragraphs[1]
    assert "（最迟 2027 年 1 月 4 日，推算）" in notice.not_yet


def test_a_receipt_marks_its_estimate_too():
    notice = receipt("P31", circumstances=counter(today=date(2026, 12, 30)))
    assert notice.paragraphs[1].startswith("是否受理，最迟 2027 年 1 月 6 日（推算）告诉您。标“推算”")


def test_the_post_brings_the_result_to_the_address_given():
    draft = full_draft("P31").typing("g.P9.pickup", "邮寄", NOW).typing("g.P9.address", "例湖路 18 号", NOW)
    notice = acceptance(draft)
    assert notice.paragraphs[-1].startswith("居住证办好后邮寄到您填写的收件地址。")
    assert "例湖路 18 号" not in every_text(notice)


def test_a_matter_without_a_choice_of_ways_says_nothing_of_them():
    notice = acceptance(kind_of=replace(P31, pickup_field=None))
    assert "居住证办好后" not in every_text(notice)


def test_an_expired_card_is_noted_on_the_paper():
    draft = replace(full_draft("P31"), document=person(valid_until="2026-05-08"))
    assert acceptance(draft).remarks == ("所持证件有效期至 2026-05-08，已过期，收件时注明；请尽快换领。",)


def test_a_remark_of_a_later_version_is_left_to_that_version():
    case = folded_case(taken_in(full_draft("P31")))
    later = replace(case, intake=replace(case.intake, remarks=("owner_absent", "moon_phase")))
    assert notice_for(later, P31, "acceptance_notice", FRAME).remarks == ("本人没有到场，由他人代交。",)


def test_two_copies_say_whose_they_are():
    case = folded_case(taken_in(full_draft("P31")))
    issued = case.intake.documents[0]
    assert [copy_label(issued, copy) for copy in (1, 2)] == ["第一联 申请人", "第二联 存档"]
    assert acceptance(frame=replace(FRAME, reprint=True)).copy_label == "第一联 申请人 · 补打"


def test_printing_again_changes_nothing_but_the_print():
    first = acceptance()
    again = acceptance(frame=replace(FRAME, printed_at=at("2031-01-05 09:00"), reprint=True))
    assert replace(again, footer=first.footer, copy_label=first.copy_label) == first


# ---- by procedure -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PROCEDURES)
def test_article_32_is_cited_for_licences_only(kind):
    P = replace(P31, procedure=kind)
    cited = "第三十二条" in every_text(acceptance(kind_of=P, draft=full_draft("P31")))
    case = folded_case(taken_in(full_draft("P31")))
    other = replace(case, intake=replace(case.intake, matter=replace(case.intake.matter, procedure=kind)))
    cited = "第三十二条" in every_text(notice_for(other, P, "acceptance_notice", FRAME))
    assert cited is (kind == "licence")


@pytest.mark.parametrize("kind", PROCEDURES)
def test_only_a_licence_is_deemed_accepted_by_silence(kind):
    case = folded_case(taken_in(full_draft("P31"), RECEIVED))
    other = replace(case, intake=replace(case.intake, matter=replace(case.intake.matter, procedure=kind)))
    text = every_text(notice_for(other, P31, "receipt", FRAME))
    assert ("自收到材料之日起即为受理" in text) is (kind == "licence")


@pytest.mark.parametrize("kind", PROCEDURES)
def test_every_procedure_cites_the_matters_own_law_and_names_a_way_to_complain(kind):
    procedure = PROCEDURES[kind]
    assert "{law}" in procedure.receipt_basis
    assert "{law}" in procedure.acceptance_basis
    assert procedure.remedy
    assert procedure.series


def test_each_procedure_has_its_own_series_of_documents():
    assert len({procedure.series for procedure in PROCEDURES.values()}) == len(PROCEDURES)


def test_a_matter_promised_at_once_is_done_at_once():
    at_once = replace(P31, promised=replace(P31.promised, days=0))
    assert "自受理之日起 当场办结" in acceptance(kind_of=at_once).paragraphs[1]


# ---- no false paper ---------------------------------------------------------------------------------------------


def test_a_case_that_was_only_received_has_no_acceptance_notice():
    case = folded_case(taken_in(full_draft("P31"), RECEIVED, counter(seal=False)))
    with pytest.raises(UnlawfulStep) as refusal:
        notice_for(case, P31, "acceptance_notice", FRAME)
    assert refusal.value.data["reason"] == "no_such_document"


def test_a_case_that_was_never_taken_in_has_no_papers():
    with pytest.raises(UnlawfulStep):
        notice_for(Case(counter().number), P31, "receipt", FRAME)


def test_without_a_legal_basis_there_is_no_notice():
    with pytest.raises(UnlawfulStep) as refusal:
        acceptance(kind_of=replace(P31, by_law=" "))
    assert refusal.value.data["reason"] == "no_legal_basis"
