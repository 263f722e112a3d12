"""一次性告知书: everything once, before there is a case, whatever has been answered."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from clerk_app.domain.condition_words import Wording, open_part, words
from clerk_app.domain.conditions import AllOf, AnyOf, AtLeast, Condition, Filled, Not, OneOf
from clerk_app.domain.fold import Fact
from clerk_app.domain.given_notice import added_body, deciding_answers, not_on_notice
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.merge import merge
from clerk_app.domain.one_time_notice_for import one_time_notice
from clerk_app.domain.packages import Child, alone
from clerk_app.errors import UnlawfulStep

from . import merging
from .notice_samples import FRAME, NUMBER, RESTAURANT, catalogue, given, notice, thing

MATTERS = [matter.code for matter in catalogue().matters]
PACKAGES = [package.code for package in catalogue().packages]


def listed(paper):
    """The numbered materials of a paper."""
    parts = [part for part in paper.parts if not part.heading.endswith("多久办好")]
    return [item for part in parts for item in part.items if item.number]


def said(paper):
    """Every sentence of the paper in one text."""
    parts = [text for part in paper.parts for text in (part.heading, *part.sentences)]
    items = [text for part in paper.parts for item in part.items for text in (item.name, item.how, *item.lines)]
    rows = [" ".join(row) for part in paper.parts for row in part.rows]
    return "\n".join([*paper.opening, *parts, *items, *rows, *paper.closing, *(" ".join(fact) for fact in paper.facts)])


def item(paper, name):
    return next(found for found in listed(paper) if found.name == name)


# ---- everything, once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [*PACKAGES, *MATTERS])
def test_every_material_stands_on_the_paper_once_with_how_to_hand_it_in(code):
    one, paper = thing(code), notice(code)
    names = [found.name for found in listed(paper)]
    assert {material.need.name for material in one.materials} <= set(names)
    assert [found.number for found in listed(paper)] == [str(number) for number in range(1, len(names) + 1)]
    assert all(found.how for found in listed(paper))
    assert {found.code for found in given(one).items} >= {material.need.code for material in one.materials}


@pytest.mark.parametrize("code", [*PACKAGES, *MATTERS])
def test_no_answer_given_later_asks_for_anything_that_was_not_on_it(code):
    """The promise of the paper, tried with many ways to answer what was open when it was printed."""
    rng = random.Random(code)
    for _ in range(12):
        first = answered(code, {}, rng, share=0.4)
        told = given(thing(code, first))
        later = answered(code, first, rng, share=1.0)
        needs = [material.need for material in thing(code, later).materials]
        assert not_on_notice(told, needs) == (), (first, later)


def answered(code, answers, rng, *, share):
    """`answers` with some of the open questions answered at random, the questions that follow from them too."""
    told = dict(answers)
    for _ in range(4):
        for situation in thing(code, told).situations:
            if situation.code not in told and rng.random() < share:
                told[situation.code] = rng.choice(situation.choices)
    return told


@pytest.mark.parametrize("code", [*PACKAGES, *MATTERS])
def test_every_paper_says_days_fees_visits_places_phone_and_what_it_rests_on(code):
    one, paper = thing(code), notice(code)
    text = said(paper)
    assert "多久办好" in text
    assert "要来几次" in text
    assert "收费" in text
    assert dict(paper.contacts)["咨询电话"] == (one.package.phone or FRAME.consult_phone)
    assert all(step.matter.by_law in paper.legal_basis for step in one.steps)
    assert all(step.matter.where in text for step in one.steps)
    assert all(fee.name in text and f"{fee.amount.normalize():f} 元" in text for _, fee in one.fees if fee.amount)
    assert all(condition in text for step in one.steps for condition in step.matter.conditions)


def test_a_matter_without_a_legal_basis_has_no_notice():
    one = thing("P31")
    unfounded = merge(alone(bare := replace(one.steps[0].matter, by_law=" ")), {bare.code: bare})
    with pytest.raises(UnlawfulStep) as refusal:
        one_time_notice(unfounded, given(one), "one_time_notice", FRAME)
    assert refusal.value.data["reason"] == "no_legal_basis"


# ---- what depends -----------------------------------------------------------------------------------------------


def test_what_hangs_on_an_open_question_is_on_the_paper_and_said_to():
    contract = item(notice("P31"), "劳动合同或就业协议")
    assert contract.lines[0] == "“居住事由”答“务工”的，才要。"
    assert "还没有回答的问题" in said(notice("P31"))


def test_once_it_is_answered_it_is_asked_or_gone():
    assert not any("才要" in line for line in item(notice("P31", {"g.R2.reason": "务工"}), "劳动合同或就业协议").lines)
    assert "劳动合同" not in said(notice("P31", {"g.R2.reason": "就读"}))


def test_the_open_questions_are_asked_with_their_choices_and_the_answered_ones_are_told():
    paper = notice("PK01", {"q.subject": "公司"})
    questions = next(part for part in paper.parts if part.heading.endswith("还要问您的事"))
    assert "以什么主体开办？" not in {question.name for question in questions.items}
    tobacco = next(question for question in questions.items if question.name == "卖香烟吗？")
    assert tobacco.lines[0] == "选一个：卖、不卖。"
    assert dict(paper.facts)["您的情况"] == "以什么主体开办：公司"


def test_a_paper_that_either_answer_asks_for_is_not_said_to_depend():
    """公司 and 个体工商户 both prove the premises: nobody can do without."""
    premises = item(notice("PK01"), "住所（经营场所）使用证明")
    assert not any("才要" in line for line in premises.lines)


def test_what_a_result_brings_is_not_asked_unless_its_matter_may_fall_away():
    sure = notice("PK12", {"q.licensed": "还没有"})
    brought = next(part for part in sure.parts if "由前面的事项产生" in part.heading)
    assert [product.name for product in brought.items] == ["营业执照"]
    assert "营业执照" not in {found.name for found in listed(sure)}
    licence = item(notice("PK12"), "营业执照")
    assert licence.lines[0] == "“已经有营业执照吗”答“已有执照”的，才要。"


def test_conditions_are_told_as_far_as_they_are_open():
    names = Wording({"q.a": "甲吗？", "q.b": "乙吗？"}, {"g.X.n": "人数"}, {"g.X.n": "人"}, {"q.a": ("是", "否")})
    first, second = OneOf("q.a", ("是",)), OneOf("q.b", ("是", "不清楚"))
    number = AtLeast("g.X.n", Decimal(30))
    told: dict[Condition, str] = {
        first: "“甲吗”答“是”",
        AllOf((first, second)): "“甲吗”答“是”，并且“乙吗”答“是”或“不清楚”",
        AnyOf((second, number)): "“乙吗”答“是”或“不清楚”，或者“人数”是 30 人或更多",
        Not(first): "“甲吗”答“否”",
        Not(second): "“乙吗”答的不是“是”或“不清楚”",
        Not(Filled("g.X.n")): "没有“人数”",
    }
    assert {condition: words(condition, names) for condition in told} == told
    assert open_part(AllOf((first, second)), {"q.a": "是"}) == second
    assert open_part(AnyOf((first, second)), {"q.a": "否"}) == second
    assert open_part(AllOf((first, second)), {"q.a": "否"}) is None


# ---- relief -----------------------------------------------------------------------------------------------------


def test_relief_is_said_in_words_a_citizen_knows():
    paper = notice("PK01", RESTAURANT)
    assert item(paper, "居民身份证").how == "原件刷一下就还您 · 不用复印"
    assert "有电子证照的不用带（免证办）" in item(paper, "从业人员健康证明").lines[0]
    assert any("10 个工作日内补交（容缺）" in line for line in item(paper, "从业人员健康证明").lines)
    assert any("告知承诺" in line for line in item(paper, "食品安全规章制度").lines)
    assert item(paper, "登记（备案）申请书").how == "窗口打印，您签字"
    assert not item(paper, "登记（备案）申请书").tick


def test_an_electronic_licence_that_only_some_accept_names_those_who_do_not():
    code = {"M01": merging.need("M01", e_licence=True), "x": merging.need("M01")}
    first, second = (
        merging.matter("B01", needs=[code["M01"]], department="甲局"),
        merging.matter("B02", needs=[code["x"]], department="乙局"),
    )
    one = merge(merging.package(Child("B01"), Child("B02")), merging.by_code(first, second))
    paper = one_time_notice(one, given(one), "one_time_notice", FRAME)
    assert "电子证照只有一部分部门认（乙局还不认），请把纸质的带来。" in listed(paper)[0].lines


def test_copies_and_paper_that_departments_keep_are_counted():
    layout = item(notice("PK01"), "经营场所平面布局及设备流程图")
    assert layout.how == "交原件 3 份"
    assert "这一项部门要留纸质的。" in layout.lines
    assert "用于：市监、消防、卫健的 3 件事（第 3、5、6 件），只交一次。" in layout.lines


# ---- days and savings -------------------------------------------------------------------------------------------


def test_the_days_of_a_package_are_told_as_promised_serial_and_parallel():
    text = said(notice("PK01"))
    assert "整套事承诺 13 个工作日内办好。一件一件分开办要 38 个工作日（当场办结的按 1 天算）。" in text
    assert "最长 11 个工作日" in text


def test_a_child_that_waits_says_so_and_each_has_its_own_limits():
    steps = next(part for part in notice("PK01", RESTAURANT).parts if part.heading.endswith("多久办好"))
    food = next(step for step in steps.items if step.name == "食品经营许可新办")
    assert food.how == "市监 · 承诺 8 个工作日"
    assert food.lines == ("第 1 件办好才开始，时限从那天起算（待前置）。", "法定时限 20 个工作日。")


def test_what_was_left_out_is_named_with_whose_word_it_was():
    text = said(notice("PK01", {**RESTAURANT, "q.signboard": "不挂"}, without=["B11"]))
    assert "按您的回答，不用办的：个体工商户设立登记、户外招牌设施设置" in text
    assert "您选择不办的：烟草专卖零售许可证核发（新办）。" in text


def test_a_package_says_what_it_spares_and_a_single_matter_has_nothing_to_say():
    table = notice("PK01").parts[-1]
    assert table.rows[0] == ("要填的内容", "163 项", "60 项", "103 项")
    assert table.rows[3] == ("跑几次", "8 次", "1 次", "7 次")
    assert "省了什么" not in said(notice("P31"))


# ---- the fact ---------------------------------------------------------------------------------------------------


def test_the_fact_keeps_what_decides_and_nobody():
    one = thing("P31", {"g.R2.reason": "务工", "g.P1.name": "周例安", "g.P4.phone": "13800000000"})
    assert deciding_answers(one) == {"g.R2.reason": "务工"}
    assert given(one).answers == {"g.R2.reason": "务工"}


def test_an_answer_that_another_one_ruled_out_is_not_kept():
    first = merging.matter("B01")
    package = merging.package(Child("B01"), situations=[merging.SIGN, merging.LIT])
    one = merge(package, merging.by_code(first), {"q.sign": "没有", "q.lit": "发光"})
    assert deciding_answers(one) == {"q.sign": "没有"}


def test_opened_again_it_asks_the_same():
    told = given(thing("PK01", RESTAURANT, ["B11"]), ["B11"])
    assert told.subject is not None
    again = thing(told.subject.code, told.answers, told.without)
    assert not_on_notice(told, [material.need for material in again.materials]) == ()
    assert {found.code for found in told.items} == {material.need.code for material in again.materials}


def test_what_was_not_on_it_needs_a_supervisor_and_a_reason_and_is_recorded():
    told = given(thing("P31"))
    fresh = merging.need("N07", name="经营场所平面图")
    assert not_on_notice(told, [fresh, *(material.need for material in thing("P31").materials)]) == (fresh,)
    for lacking in ({"reason": " "}, {"supervisor": ""}, {"supervisor": "0312"}):
        with pytest.raises(UnlawfulStep):
            added_body(told, [fresh], **{"reason": "目录有变", "supervisor": "0001", "clerk": "0312", **lacking})
    body = added_body(told, [fresh], reason="目录有变", supervisor="0001", clerk="0312")
    facts = [Fact(f"notice/{NUMBER}", "notice.item_added", body, 5, "0312")]
    assert [conflict.reason for conflict in fold_stream(f"notice/{NUMBER}", facts).conflicts] == ["notice_not_given"]


def test_an_added_item_is_known_from_then_on_and_cannot_be_added_twice():
    told = given(thing("P31"))
    fresh = merging.need("N07")
    body = added_body(told, [fresh], reason="目录有变", supervisor="0001", clerk="0312")
    later = fold_stream("notice/x", [_given_fact(), Fact("notice/x", "notice.item_added", body, 9, "0312")]).state
    assert later.added[0].reason == "目录有变"
    assert not_on_notice(later, [fresh]) == ()
    with pytest.raises(UnlawfulStep):
        added_body(later, [fresh], reason="再要一次", supervisor="0001", clerk="0312")


def test_a_voluntary_paper_is_nobody_s_fault():
    assert not_on_notice(given(thing("P31")), [merging.need("N07", required=False)]) == ()


def test_a_number_is_given_once():
    folded = fold_stream("notice/x", [_given_fact(), _given_fact(at=2)])
    assert [conflict.reason for conflict in folded.conflicts] == ["notice_already_given"]


def _given_fact(at=1):
    from clerk_app.domain.given_notice import NoticeSubject, given_body

    one = thing("P31")
    subject = NoticeSubject("matter", "P31", one.package.version, one.package.name)
    body = given_body(one, subject, without=(), large=False, session="s", visit="")
    return Fact("notice/x", "notice.given", body, at, "0312")
