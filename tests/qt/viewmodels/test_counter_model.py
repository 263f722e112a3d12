from __future__ import annotations

import json
from dataclasses import replace

import pytest

from clerk_app.errors import CardNotFound, DiskFull, WrongCard
from clerk_app.services import drafts
from clerk_app.services.workplace import SyncLine
from tests.helpers.pdfs import pdf_of
from tests.helpers.workplace import QuickPaper
from tests.qt.desk import ELDER, PENSION, RESIDENCE, WORKER, StillDesk
from ui.tasks import DB_LANE
from ui.viewmodels.visit_work import waiting_visits


def chips(state):
    return {line.text: line.chip.text for line in state.services}


def break_store(monkeypatch, still, times=1):
    """The next writes of the store fail as on a full disk."""
    store, left = still.place.store, [times]
    write = store.write

    def failing(clerk):
        if left[0]:
            left[0] -= 1
            raise DiskFull
        return write(clerk)

    monkeypatch.setattr(store, "write", failing)


# ---- the card ---------------------------------------------------------------------------------------------------


def test_a_card_is_asked_for_and_brings_the_question_of_presence(still):
    still.place.cards.put(ELDER)
    still.counter.read_card()
    assert still.counter.state.busy
    still.tasks.settle_all()
    assert still.counter.state.stage == "person"
    assert still.counter.state.person.name == "林例秀"
    assert still.counter.state.presence is None
    assert still.opened.desk.journal.reads.visits("open") == []


def test_no_card_in_time_leaves_the_page_with_what_to_press_next(still):
    still.place.cards.put(CardNotFound())
    still.counter.read_card()
    still.tasks.settle_all()
    state = still.counter.state
    assert (state.stage, state.busy) == ("idle", "")
    assert state.problem.sentence == "没有读到证件。"
    assert state.problem.next_step


def test_a_read_that_was_stopped_brings_nothing(still):
    still.place.cards.put(ELDER)
    still.counter.read_card()
    still.counter.stop_reading()
    still.tasks.settle_all()
    assert still.counter.state.stage == "idle"
    assert still.counter.state.person is None


def test_a_read_taken_up_again_serves_the_card_that_comes(still):
    still.place.cards.put(ELDER)
    still.counter.read_card()
    still.counter.stop_reading()
    still.counter.read_card()
    assert len(still.tasks.pending) == 1
    still.tasks.settle_all()
    assert still.counter.state.person.name == "林例秀"


def test_the_wrong_card_says_so_and_another_can_be_read_at_once(still):
    still.place.cards.put(WrongCard())
    still.counter.read_card()
    still.tasks.settle_all()
    assert "不是居民身份证" in still.counter.state.problem.sentence
    still.meet(ELDER)
    assert still.counter.state.stage == "matter"
    assert still.counter.state.problem is None


def test_a_document_copied_by_hand_is_recorded_as_that(still):
    still.counter.enter_by_hand(ELDER)
    still.counter.answer_presence(True)
    still.tasks.settle_all()
    visit = still.counter.visit
    facts = still.opened.desk.journal.reads.facts(f"visit/{visit.id}")
    assert facts[-1].body["source"] == "manual"


def test_presence_is_recorded_once_however_often_the_key_is_pressed(still):
    still.place.cards.put(ELDER)
    still.counter.read_card()
    still.tasks.settle_all()
    still.counter.answer_presence(True)
    still.counter.answer_presence(True)
    still.tasks.settle_all()
    visits = still.opened.desk.journal.reads.visits("open")
    assert [visit.applicant for visit in visits] == ["林例秀"]
    kinds = [fact.kind for fact in still.opened.desk.journal.reads.facts(f"visit/{visits[0].id}")]
    assert kinds == ["visit.opened", "visit.applicant_read"]


def test_an_answer_that_could_not_be_recorded_is_asked_again(monkeypatch, still):
    still.place.cards.put(ELDER)
    still.counter.read_card()
    still.tasks.settle_all()
    break_store(monkeypatch, still)
    still.counter.answer_presence(True)
    still.tasks.settle_all()
    assert still.counter.state.stage == "person"
    assert still.counter.state.presence is None
    assert "磁盘满了" in still.counter.state.problem.sentence
    still.counter.answer_presence(True)
    still.tasks.settle_all()
    assert still.counter.state.stage == "matter"


def test_another_persons_card_never_enters_papers_that_are_being_prepared(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.place.cards.put(WORKER)
    still.counter.read_card()
    still.tasks.settle_all()
    assert still.counter.state.person.name == "林例秀"
    assert "另一个人" in still.counter.state.problem.sentence
    assert still.counter.visit.work.draft.values["g.I6.benefit"].value == "城乡居民"


def test_another_person_before_any_matter_begins_a_visit_of_their_own(still):
    still.meet(ELDER)
    first = still.counter.visit.id
    still.meet(WORKER)
    assert still.counter.visit.id != first
    assert [row.applicant for row in still.opened.desk.journal.reads.visits("open")] == ["周例安"]
    assert [row.id for row in still.opened.desk.journal.reads.visits("closed")] == [first]


def test_the_same_card_again_keeps_what_was_typed(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    visit = still.counter.visit.id
    still.meet(ELDER)
    assert still.counter.visit.id == visit
    assert still.counter.state.stage == "form"
    assert still.counter.visit.work.draft.values["g.P4.phone"].value == "无手机"


# ---- matters and the form ---------------------------------------------------------------------------------------


def test_a_matter_without_a_person_says_to_read_the_card_first(still):
    still.counter.choose_matter("P14")
    assert still.tasks.pending == []
    assert "先按 F2" in still.counter.state.problem.next_step


def test_the_card_fills_the_form_and_a_short_matter_skips_the_materials(still):
    still.meet(ELDER)
    still.begin("P14")
    state = still.counter.state
    assert state.stage == "form"
    assert state.is_short
    values = [field.value for field in state.sections[0].fields]
    assert values == ["林例秀", "999999 19410215 0023", "85 岁", "长期"]
    assert state.questions[0].code == "presence"


def test_a_full_matter_begins_with_what_the_card_does_not_settle(still):
    still.meet(WORKER)
    still.begin("P31")
    state = still.counter.state
    assert state.stage == "materials"
    assert not state.is_short
    assert [step.key for step in state.steps] == ["person", "matter", "materials", "form", "check", "done"]
    assert {material.code: material.state for material in state.materials}["M01"] == "exempt"


def test_choosing_a_matter_twice_opens_one_draft(still):
    still.meet(ELDER)
    still.counter.choose_matter("P14")
    still.counter.choose_matter("P14")
    still.tasks.settle_all()
    still.counter.choose_matter("P14")
    still.tasks.settle_all()
    assert len(drafts.my_drafts(still.opened.desk, still.opened.me)) == 1


def test_a_keystroke_is_on_the_page_before_the_store_knows_it(still):
    still.meet(ELDER)
    still.begin("P14")
    before = len(still.tasks.pending)
    still.counter.edit("g.I6.benefit", "企业职工")
    assert len(still.tasks.pending) == before
    assert {question.code: question.value for question in still.counter.state.questions}["g.I6.benefit"] == "企业职工"


def test_a_wrong_value_is_named_under_its_box_and_among_what_is_missing(still):
    still.meet(WORKER)
    still.begin("P31", {"g.R2.since": "2026-99-99"})
    still.counter.go_to("form")
    state = still.counter.state
    fields = {field.code: field for section in state.sections for field in section.fields}
    assert fields["g.R2.since"].error.startswith("日期不对")
    assert {item.anchor: item.chip and item.chip.text for item in state.missing}["g.R2.since"] == "要改"


def test_an_unlawful_state_of_a_material_changes_nothing(still):
    still.meet(WORKER)
    still.begin("P31")
    still.counter.set_material("M10", "exempt")
    assert {material.code: material.state for material in still.counter.state.materials}["M10"] == ""
    assert "材料" in still.counter.state.problem.sentence


def test_the_next_step_waits_until_nothing_is_missing_and_says_what_is(still):
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    still.counter.go_to("form")
    still.counter.primary()
    assert still.counter.state.stage == "form"
    assert "房屋租赁合同" in still.counter.state.problem.sentence


def test_going_back_keeps_everything(still):
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    still.counter.primary()
    assert still.counter.state.stage == "form"
    still.counter.back()
    assert still.counter.state.stage == "materials"
    still.counter.go_to("person")
    assert still.counter.state.presence is True
    still.counter.primary()
    assert still.counter.visit.work.draft.values["g.P3.area"].value == RESIDENCE["g.P3.area"]


# ---- the act ----------------------------------------------------------------------------------------------------


def test_pressing_twice_acts_once(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.primary()
    still.counter.primary()
    still.tasks.settle_all()
    assert still.opened.desk.journal.reads.count_cases() == 1
    assert still.counter.state.done.heading == "已收件"


def test_what_is_typed_while_the_act_runs_changes_nothing(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.primary()
    still.counter.edit("g.I6.benefit", "机关事业")
    still.tasks.settle_all()
    case = still.counter.visit.finished[0].case
    assert case.intake.fields["g.I6.benefit"].value == "城乡居民"


def test_an_act_that_fails_keeps_the_form_and_its_draft(monkeypatch, still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    break_store(monkeypatch, still)
    still.counter.primary()
    still.tasks.settle_all()
    state = still.counter.state
    assert state.stage == "form"
    assert "磁盘满了" in state.problem.sentence
    assert still.opened.desk.journal.reads.count_cases() == 0
    still.counter.save_now()
    still.tasks.settle_all()
    kept = drafts.my_drafts(still.opened.desk, still.opened.me)[0]
    assert kept.values["g.P4.phone"].value == "无手机"
    still.counter.primary()
    still.tasks.settle_all()
    assert still.counter.state.done.heading == "已收件"


def test_a_character_without_a_glyph_is_named_before_the_act(place, qapp):
    place.renderer = QuickPaper(rare="𬱖")
    still = StillDesk(place)
    still.meet(replace(ELDER, name="林例𬱖"))
    still.begin("P14", PENSION)
    still.counter.primary()
    still.tasks.settle_all()
    assert "𬱖" in still.counter.state.problem.sentence
    assert still.counter.state.stage == "form"


def test_a_draft_that_became_a_case_is_never_written_again(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.primary()
    still.counter.save_now()
    still.tasks.settle_all()
    assert drafts.my_drafts(still.opened.desk, still.opened.me) == []


def test_without_the_seal_a_residence_card_is_received_and_says_why(place, qapp):
    still = StillDesk(place, seal_at_hand=False)
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    for code in ("M10", "M06"):
        still.counter.set_material(code, "received")
    still.counter.primary()
    still.counter.primary()
    state = still.counter.state
    assert state.stage == "check"
    assert [row.label for row in state.check.papers] == ["收件凭证"]
    assert any("印章不在手" in remark for remark in state.check.remarks)
    assert state.primary.label == "收件并打印收件凭证"
    still.counter.primary()
    still.tasks.settle_all()
    assert still.counter.state.done.heading == "已收件"


def test_the_line_coming_and_going_is_on_the_page_at_once(still):
    still.meet(ELDER)
    still.begin("P14")
    assert still.counter.state.is_offline
    assert still.counter.state.matter.effect.text == "离线：平台确认后生效"
    still.place.line = SyncLine("idle", is_online=True)
    still.models.station.look()
    still.tasks.settle_all()
    assert not still.counter.state.is_offline
    assert still.counter.state.matter.effect.text == "平台确认后生效"


# ---- outcomes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digit", [4, 5, 6])
def test_an_outcome_of_a_later_version_says_so_and_keeps_the_draft(still, digit):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.end_matter(digit, "")
    assert "本版还没有" in still.counter.state.problem.sentence
    assert still.counter.state.stage == "form"
    assert len(drafts.my_drafts(still.opened.desk, still.opened.me)) == 1


def test_giving_up_needs_a_reason_and_makes_no_case(still):
    still.meet(ELDER)
    still.begin("P14")
    still.counter.end_matter(8, "  ")
    still.tasks.settle_all()
    assert still.counter.state.stage == "form"
    assert "原因" in still.counter.state.problem.sentence
    still.counter.end_matter(8, "改天再来")
    still.tasks.settle_all()
    assert still.counter.state.done.heading == "已记录：本人自愿放弃"
    assert still.counter.state.done.number == ""
    assert still.opened.desk.journal.reads.count_cases() == 0


def test_receiving_by_choice_is_possible_where_accepting_would_be_too(still):
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    still.counter.set_material("M10", "received")
    still.counter.end_matter(2, "")
    still.tasks.settle_all()
    assert still.counter.state.done.heading == "已收件"
    assert chips(still.counter.state) == {"居住登记及居住证申领": "已收件"}


def test_accepting_what_this_window_may_only_receive_is_refused_in_words(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.end_matter(1, "")
    still.tasks.settle_all()
    assert "只能收件" in still.counter.state.problem.sentence
    assert still.counter.state.stage == "form"


def test_absence_keeps_a_matter_that_needs_the_person_from_being_taken_in(still):
    still.meet(ELDER, present=False)
    still.begin("P14", PENSION)
    assert "presence" in {item.anchor for item in still.counter.state.missing}
    still.counter.primary()
    assert "本人不在场" in still.counter.state.problem.sentence
    still.counter.answer_presence(True)
    still.tasks.settle_all()
    still.counter.primary()
    still.tasks.settle_all()
    assert still.counter.state.stage == "done"


# ---- several matters, several people ----------------------------------------------------------------------------


def test_a_second_matter_keeps_the_first_waiting_for_its_outcome(still):
    still.meet(WORKER)
    still.begin("P14", PENSION)
    still.counter.another_matter()
    assert still.counter.state.stage == "matter"
    still.begin("P31")
    assert chips(still.counter.state) == {"养老保险待遇领取资格认证": "待办", "居住登记及居住证申领": "正在办"}
    still.counter.end_matter(8, "材料没带")
    still.tasks.settle_all()
    assert still.models.rating.state.word == "none"
    still.counter.primary()
    assert still.counter.state.matter.code == "P14"


def test_what_was_answered_for_one_matter_is_not_asked_again_for_the_next(still):
    still.meet(WORKER)
    still.begin("P31", {"g.P4.phone": "13000000001"})
    still.counter.another_matter()
    still.begin("P14")
    asked = {question.code: question.value for question in still.counter.state.questions}
    assert asked["g.P4.phone"] == "13000000001"
    assert asked["g.I6.benefit"] == ""
    still.counter.save_now()
    still.settle()
    kept = {draft.matter: draft for draft in drafts.my_drafts(still.opened.desk, still.opened.me)}
    assert kept["P14"].values["g.P4.phone"].value == "13000000001"


def test_after_the_invitation_no_matter_can_be_added(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.primary()
    still.settle_lane(DB_LANE, "paper", None)
    still.counter.another_matter()
    assert still.counter.state.stage == "done"
    assert "评价已经邀请" in still.counter.state.problem.sentence


def test_parking_clears_the_page_and_a_digit_brings_everything_back(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.park()
    still.tasks.settle_all()
    state = still.counter.state
    assert (state.stage, state.person) == ("idle", None)
    assert [(parked.digit, parked.text) for parked in state.parked] == [(1, "林例秀 · 养老保险待遇领取资格认证")]
    still.meet(WORKER)
    still.counter.park()
    still.tasks.settle_all()
    assert len(still.counter.state.parked) == 2
    first = next(parked for parked in still.counter.state.parked if "林例秀" in parked.text)
    still.counter.resume(first.visit)
    still.tasks.settle_all()
    assert still.counter.state.person.name == "林例秀"
    assert still.counter.visit.work.draft.values["g.P4.phone"].value == "无手机"
    assert len(still.counter.state.parked) == 1


def test_a_sixth_visit_cannot_be_parked(still):
    for _ in range(5):
        still.meet(ELDER)
        still.begin("P14")
        still.counter.park()
        still.tasks.settle_all()
    still.meet(ELDER)
    still.begin("P14")
    still.counter.park()
    still.tasks.settle_all()
    assert still.counter.state.stage == "form"
    assert "5 位" in still.counter.state.problem.sentence


def test_the_next_person_closes_the_visit_that_is_over(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.primary()
    still.settle_lane(DB_LANE, "paper", None)
    first = still.counter.visit.id
    still.place.hurry()
    still.meet(WORKER)
    assert [row.id for row in still.opened.desk.journal.reads.visits("closed")] == [first]
    assert still.counter.state.stage == "matter"


# ---- after a crash ----------------------------------------------------------------------------------------------


def test_a_draft_left_by_a_crash_is_offered_at_the_next_sign_in(place, qapp):
    still = StillDesk(place)
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.save_now()
    still.tasks.settle_all()
    after = StillDesk(place.again())
    state = after.counter.state
    assert "林例秀" in state.problem.sentence
    assert state.problem.next_step == "按 1 接着办。"
    assert state.parked[0].note.startswith("上次没办完")
    after.counter.resume(state.parked[0].visit)
    after.tasks.settle_all()
    assert after.counter.state.stage == "form"
    assert after.counter.state.missing == ()
    after.counter.primary()
    after.tasks.settle_all()
    assert after.counter.state.done.heading == "已收件"
    after.place.close()


def test_an_invitation_left_by_a_crash_counts_as_not_rated(place, qapp):
    still = StillDesk(place)
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.primary()
    still.settle_lane(DB_LANE)
    assert still.opened.desk.journal.reads.open_invitations() == 1
    after = StillDesk(place.again())
    reads = after.opened.desk.journal.reads
    assert reads.open_invitations() == 0
    assert [row.rating for row in reads.visits("closed")] == ["timed_out"]
    after.place.close()


def test_another_clerks_draft_waits_for_its_owner(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.park()
    still.settle()
    desk, me = still.opened.desk, still.opened.me
    assert [visit.name for visit in waiting_visits(desk, me)] == ["林例秀"]
    assert waiting_visits(desk, replace(me, clerk="0999")) == ()


# ---- attachments ------------------------------------------------------------------------------------------------


def test_a_file_is_sealed_into_the_material_and_the_words_typed_meanwhile_stay(still, tmp_path):
    scan = tmp_path / "租赁合同.pdf"
    scan.write_bytes(pdf_of(2))
    still.meet(WORKER)
    still.begin("P31")
    still.counter.attach_scan("M10", scan)
    still.counter.edit("g.P3.area", "例新街道")
    still.tasks.settle_all()
    draft = still.counter.visit.work.draft
    item = draft.material("M10")
    assert (item.state, len(item.blobs), item.pages) == ("received", 1, 2)
    assert draft.values["g.P3.area"].value == "例新街道"
    assert "附件 1 个" in {material.code: material.note for material in still.counter.state.materials}["M10"]


def test_a_file_of_another_kind_is_refused_by_name(still, tmp_path):
    strange = tmp_path / "合同.docx"
    strange.write_bytes(b"PK")
    still.meet(WORKER)
    still.begin("P31")
    still.counter.attach_scan("", strange)
    still.tasks.settle_all()
    assert "合同.docx" in still.counter.state.problem.sentence
    assert still.counter.visit.work.draft.material("M10").state == "missing"


# ---- packages ---------------------------------------------------------------------------------------------------


def test_a_package_asks_its_questions_first_and_remembers_them_with_the_draft(still):
    still.meet(WORKER)
    still.begin("PK01")
    assert still.counter.state.stage == "situations"
    still.counter.answer("q.tobacco", "不卖")
    still.counter.answer("q.tobacco", "卖")
    still.counter.answer("child:B11", "left_out")
    still.counter.park()
    still.settle()
    still.counter.resume(still.counter.state.parked[0].visit)
    still.settle()
    draft = still.counter.visit.work.draft
    assert draft.values["q.tobacco"].value == "卖"
    assert draft.without == ("B11",)
    assert {view.code: view.value for view in still.counter.state.situations}["child:B11"] == "left_out"


def test_a_matter_with_a_question_asks_it_before_the_materials(still):
    still.meet(WORKER)
    still.begin("P10")
    assert still.counter.state.stage == "situations"
    still.counter.primary()
    assert still.counter.state.stage == "situations"
    for question in still.counter.state.situations:
        still.counter.answer(question.code, question.choices[0].code)
    still.counter.primary()
    assert still.counter.state.stage in ("materials", "form")
    still.counter.back()
    assert still.counter.state.stage in ("situations", "materials")


def good_answer(field):
    if field.columns:
        return json.dumps([{column.key: ANY.get(column.type, "例") for column in field.columns}], ensure_ascii=False)
    return field.choices[0] if field.choices else ANY.get(field.type, "例")


ANY = {"number": "30", "date": "2026-01-05", "phone": "13000000001", "id": "999999199202160010"}


def test_what_the_second_screen_cannot_show_at_once_is_turned_by_either_side(still):
    still.meet(WORKER)
    still.begin("PK01")
    for code, value in {
        "q.subject": "公司",
        "q.signboard": "要挂",
        "q.area": "是",
        "q.tobacco": "卖",
        "q.sewer": "排入",
        "q.public_place": "提供",
    }.items():
        still.counter.answer(code, value)
    work = still.counter.visit.work
    for field in work.matter.fields:
        if field.code not in work.draft.values:
            still.counter.edit(field.code, good_answer(field))
    for item in work.draft.materials:
        if item.state == "missing":
            still.counter.set_material(item.code, "received")
    for stage in ("materials", "form", "check"):
        still.counter.primary()
        assert still.counter.state.stage == stage, still.counter.state.missing
    still.counter.parts.screen.show(True)
    first = still.models.citizen.state
    assert (first.page, first.leaf, len(first.rows)) == ("check", 1, 14)
    assert first.saved == "表单 151 → 60 项，材料 27 → 14 份，时限 37 → 13 天，跑动 7 → 1 次"
    still.models.citizen.turn_leaf()
    second = still.models.citizen.state
    assert second.leaf == 2
    assert not {row.label for row in second.rows} & {row.label for row in first.rows}
    still.counter.turn_leaf(-1)
    assert still.models.citizen.state.rows == first.rows
    still.counter.turn_leaf(-1)
    assert still.models.citizen.state.leaf == first.leaves
