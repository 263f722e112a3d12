from __future__ import annotations

import pytest

from clerk_app.errors import DeviceNotFound
from clerk_app.services.workplace import DeviceLine, SyncLine
from tests.qt.desk import ELDER, PENSION, RESIDENCE, WORKER


@pytest.fixture
def desk(still):
    """A desk with one case received and one accepted."""
    for person, matter, answers in ((ELDER, "P14", PENSION), (WORKER, "P31", RESIDENCE)):
        still.meet(person)
        still.begin(matter, answers)
        for code in ("M10", "M06"):
            still.counter.set_material(code, "received")
        while still.counter.state.stage != "done":
            still.counter.primary()
            still.settle()
        still.tasks.settle_all()
    return still


def numbers(desk):
    return [case.number for case in (item.case for item in desk.counter.visit.finished)]


# ---- the work list ----------------------------------------------------------------------------------------------


def test_the_list_is_read_when_it_is_looked_at_and_follows_every_act(desk):
    cases = desk.models.cases
    assert cases.state.rows == ()
    cases.refresh()
    assert cases.state.loading
    desk.tasks.settle_all()
    assert [row.applicant for row in cases.state.rows] == ["周例安", "林例秀"]
    assert [row.status.text for row in cases.state.rows] == ["已受理", "已收件"]
    assert [row.due for row in cases.state.rows] == ["还有 10 工作日", "平台确认后生效"]
    desk.meet(ELDER)
    desk.begin("P14", PENSION)
    desk.counter.primary()
    desk.tasks.settle_all()
    assert len(cases.state.rows) == 3


def test_nothing_counts_as_uploaded_without_the_platforms_signature(desk):
    desk.models.cases.refresh()
    desk.tasks.settle_all()
    assert {row.uploaded.text for row in desk.models.cases.state.rows} == {"待上传"}


@pytest.mark.parametrize(("words", "found"), [("林例", ["林例秀"]), ("居住", ["周例安"]), ("没有这个人", [])])
def test_the_list_is_searched_by_person_and_matter(desk, words, found):
    desk.models.cases.search(words)
    desk.tasks.settle_all()
    assert [row.applicant for row in desk.models.cases.state.rows] == found


def test_a_case_is_found_by_its_number_as_it_is_read_out(desk):
    shown = desk.counter.state.done.number
    desk.models.cases.search(shown)
    desk.tasks.settle_all()
    assert [row.shown for row in desk.models.cases.state.rows] == [shown]


def test_an_answer_to_an_older_question_is_dropped(desk):
    cases = desk.models.cases
    cases.search("林例")
    cases.search("周例")
    newer = desk.tasks.pending.pop()
    newer.settle()
    desk.tasks.settle_all()
    assert [row.applicant for row in cases.state.rows] == ["周例安"]


def test_a_list_that_cannot_be_read_keeps_what_it_shows(monkeypatch, desk):
    cases = desk.models.cases
    cases.refresh()
    desk.tasks.settle_all()
    rows = cases.state.rows
    monkeypatch.setattr(desk.place.store.reads, "cases", lambda **_: (_ for _ in ()).throw(OSError("gone")))
    cases.refresh()
    desk.tasks.settle_all()
    assert cases.state.rows == rows
    assert cases.state.problem is not None


def test_a_case_shows_its_papers_and_its_history_newest_first(desk):
    cases = desk.models.cases
    cases.find(numbers(desk)[-1])
    desk.tasks.settle_all()
    detail = cases.state.detail
    assert detail.matter == "居住登记及居住证申领"
    assert [(row.label, row.value) for row in detail.papers] == [("受理通知书", "2 份 · 已打印")]
    assert detail.events[-1].text == "开始接待"
    assert any(event.text.startswith("受理，打印受理通知书 2 份") for event in detail.events)


def test_a_reprint_is_marked_and_shown_as_one(desk):
    cases = desk.models.cases
    cases.find(numbers(desk)[-1])
    desk.tasks.settle_all()
    before = len(desk.place.paper.sheets)
    cases.reprint()
    desk.tasks.settle_all()
    assert len(desk.place.paper.sheets) == before + 1
    assert "补打" in desk.place.paper.sheets[-1]
    assert ("补打：受理通知书", "1 份 · 已打印") in [(row.label, row.value) for row in cases.state.detail.papers]


def test_reprinting_nothing_says_to_choose_a_case(desk):
    desk.models.cases.reprint()
    assert "先选一件" in desk.models.cases.state.problem.next_step


def test_what_needs_the_clerk_has_a_filter_of_its_own(desk):
    cases = desk.models.cases
    cases.filter_by("todo")
    desk.tasks.settle_all()
    assert cases.state.rows == ()
    assert [(view.key, view.count) for view in cases.state.filters] == [
        ("todo", 0),
        ("open", 2),
        ("owed", 0),
        ("closed", None),
        ("all", None),
    ]


def test_a_step_without_effect_brings_a_case_to_the_front(desk):
    old = desk.opened.desk.journal.reads.cases()[-1].number
    with desk.opened.desk.journal.write("0312") as unit:
        unit.append(f"case/{old}", "case.decided", {"result": "grant", "reason": "", "child": None})
        unit.commit()
    cases = desk.models.cases
    cases.filter_by("todo")
    desk.tasks.settle_all()
    assert [(row.number, row.status.text) for row in cases.state.rows] == [(old, "请看一眼")]
    cases.filter_by("all")
    desk.tasks.settle_all()
    assert cases.state.rows[0].number == old
    cases.select(old)
    desk.tasks.settle_all()
    assert "没有生效" in cases.state.detail.task.sentence
    desk.models.frame.count()
    desk.tasks.settle_all()
    assert {section.key: section.badge for section in desk.models.frame.state.sections}["cases"] == 1


# ---- finding anything -------------------------------------------------------------------------------------------


def test_one_box_finds_matters_and_cases(desk):
    desk.models.anything.search("养老保险待遇领取")
    desk.tasks.settle_all()
    kinds = [(hit.kind, hit.name) for hit in desk.models.anything.state.hits]
    assert kinds == [("case", "林例秀 · 养老保险待遇领取资格认证"), ("matter", "养老保险待遇领取资格认证")]


def test_an_older_search_never_overwrites_a_newer_one(desk):
    desk.models.matters.search("养老")
    desk.models.matters.search("居住登记")
    newer = desk.tasks.pending.pop()
    newer.settle()
    desk.tasks.settle_all()
    assert [hit.key for hit in desk.models.matters.state.hits] == ["P31"]
    assert desk.models.matters.state.text == "居住登记"


def codes_found(desk):
    desk.settle()
    return [hit.key for hit in desk.models.matters.state.hits]


def chosen_filters(desk):
    return [view.label for view in desk.models.matters.state.filters if view.chosen]


def test_a_group_has_its_menu_and_the_same_key_takes_it_back(desk):
    desk.models.matters.begin()
    everything = codes_found(desk)
    desk.models.matters.toggle_filter(1)
    old = codes_found(desk)
    assert {"P01", "P14"} <= set(old) < set(everything)
    assert chosen_filters(desk) == ["老人"]
    desk.models.matters.toggle_filter(6)
    assert {"P08", "P09", "P10"} <= set(codes_found(desk))
    assert "P01" not in codes_found(desk)
    desk.models.matters.toggle_filter(6)
    assert codes_found(desk) == everything
    assert chosen_filters(desk) == []


def test_the_place_and_the_words_narrow_a_menu(desk):
    desk.models.matters.toggle_filter(3)
    at_any_place = set(codes_found(desk))
    desk.models.matters.toggle_filter(9)
    at_home = set(codes_found(desk))
    assert at_home < at_any_place
    assert "P31" in at_any_place - at_home
    assert chosen_filters(desk) == ["青年", "上门办"]
    desk.models.matters.search("社会保障卡")
    assert "P21" in codes_found(desk)
    assert chosen_filters(desk) == ["青年", "上门办"]
    desk.models.matters.begin()
    assert len(codes_found(desk)) > len(at_any_place)
    assert chosen_filters(desk) == []


def test_what_finds_cases_too_has_no_filters(desk):
    desk.models.anything.toggle_filter(1)
    desk.models.anything.search("")
    desk.settle()
    assert desk.models.anything.state.filters == ()


def test_a_hit_tells_how_far_this_window_may_go(desk):
    desk.models.matters.search("")
    desk.tasks.settle_all()
    notes = {hit.key: hit.note for hit in desk.models.matters.state.hits}
    assert notes["P14"] == "P14 · 人社 · 即办 · 须本人到场 · 本窗口收件"
    assert notes["P31"] == "P31 · 公安 · 承诺 10 个工作日 · 本窗口受理"


# ---- devices and sync -------------------------------------------------------------------------------------------


def test_trying_the_reader_tells_that_it_works_and_not_whose_card_it_was(desk):
    devices = desk.models.devices
    devices.refresh()
    desk.tasks.settle_all()
    desk.place.cards.put(WORKER)
    devices.try_device("card_reader")
    devices.try_device("card_reader")
    assert next(view for view in devices.state.devices if view.key == "card_reader").busy
    desk.tasks.settle_all()
    reader = next(view for view in devices.state.devices if view.key == "card_reader")
    assert reader.note == "读到了一张居民身份证，读卡器正常。"
    assert not reader.busy
    assert "周例安" not in repr(devices.state)
    assert desk.place.reads_begun == 3


def test_a_reader_that_is_not_there_says_what_to_do(desk):
    devices = desk.models.devices
    desk.place.cards.put(DeviceNotFound())
    devices.try_device("card_reader")
    devices.refresh()
    desk.tasks.settle_all()
    reader = next(view for view in devices.state.devices if view.key == "card_reader")
    assert "检查连线" in reader.note


def test_a_device_in_trouble_is_told_with_the_next_step(desk):
    desk.place.lines = (DeviceLine("card_reader", "not_connected", reason="device_not_found"),)
    desk.models.devices.refresh()
    desk.tasks.settle_all()
    reader = desk.models.devices.state.devices[0]
    assert (reader.chip.text, reader.note) == ("未连接", "没有找到设备。请检查连线和端口，插好后会自动恢复。")


def test_a_practice_store_offers_no_sync(desk):
    desk.models.devices.refresh()
    desk.tasks.settle_all()
    assert not desk.models.devices.state.can_sync
    assert "不上传" in desk.models.devices.state.rows[0].note


def test_the_second_screen_is_asked_for_by_its_line(desk):
    asked = []
    desk.models.devices.screen_asked.connect(lambda: asked.append(True))
    desk.models.devices.try_device("second_screen")
    assert asked == [True]
    desk.models.screen.show(True)
    screen = next(view for view in desk.models.devices.state.devices if view.key == "second_screen")
    assert (screen.chip.text, screen.action) == ("已显示", "收起")


def test_the_line_is_told_as_it_is(desk):
    devices = desk.models.devices
    desk.place.line = SyncLine("syncing", is_online=True, done=3, total=4, pending=7, pending_cases=2)
    devices.refresh()
    desk.tasks.settle_all()
    assert devices.state.syncing
    assert devices.state.transfer.amount == "3 / 4 条"


# ---- the second screen ------------------------------------------------------------------------------------------


def test_the_second_screen_shows_what_was_typed_with_numbers_masked(still):
    still.meet(WORKER)
    still.begin("P31", RESIDENCE)
    assert still.models.citizen.state.page == "idle"
    for code in ("M10", "M06"):
        still.counter.set_material(code, "received")
    still.counter.primary()
    still.counter.primary()
    state = still.models.citizen.state
    rows = {row.label: row.value for row in state.rows}
    assert state.page == "check"
    assert rows["证件号码"] == "999999********0010"
    assert rows["手机"] == "130****0001"
    assert rows["详细地址"] == RESIDENCE["g.P3.detail"]
    assert "999999199202160010" not in repr(state)


@pytest.mark.parametrize("leave", ["park", "lock"])
def test_the_second_screen_forgets_the_visit_when_the_clerk_turns_away(still, leave):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    assert still.models.citizen.state.page == "check"
    if leave == "park":
        still.counter.park()
        still.settle()
    else:
        still.models.citizen.cover()
    assert still.models.citizen.state.page == "idle"
    assert still.models.citizen.state.rows == ()
    still.models.citizen.uncover()
    assert still.models.citizen.state.page == ("idle" if leave == "park" else "check")


def test_the_screen_names_the_window_and_the_clerk(still):
    assert still.models.citizen.state.window == "3 号窗口 · 王例 · 工号 0312"
