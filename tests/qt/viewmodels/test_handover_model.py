"""U 盘交接 over two real enrolled stores, a folder that stands for a stick, and the hub at the other end."""

from __future__ import annotations

import shutil

import pytest

from clerk_app.errors import StickFull
from clerk_app.services.handover import Stick
from sync.handover.counter import CounterHandovers
from tests.qt.desk import StillDesk
from tests.sync.parcels import taken_by
from ui.presenters.handover import DROP, EXPORT, FOLDER, IMPORT, RETURN
from ui.tasks import STICK_LANE


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "例州交接"
    folder.mkdir()
    return folder


@pytest.fixture
def desk_of(enrolled, stick):
    """Makes a signed-in desk of a hall, with the stick plugged in."""

    def make(name, *, cases=0):
        place = enrolled(name, cases=cases)
        place.plugged_in = (Stick("例州交接", stick, 1_000_000),)
        return StillDesk(place)

    return make


@pytest.fixture
def team(desk_of):
    """The team's laptop, with one case nobody has signed for."""
    return desk_of("team", cases=1)


@pytest.fixture
def hall(desk_of, team):
    return desk_of("hall")


def opened(desk):
    model = desk.models.handover
    model.open()
    desk.tasks.settle_all()
    return model


def act(desk, digit):
    model = desk.models.handover
    model.act(digit)
    assert model.state.busy
    desk.tasks.settle_all()
    assert not model.state.busy
    return model


def enabled(model):
    return [view.digit for view in model.state.acts if view.enabled]


def test_work_without_a_line_goes_to_the_hub_by_the_hall_and_the_signature_comes_back(team, hall, hub, stick):
    model = opened(team)
    assert model.state.stick == "例州交接"
    assert "1 件" in model.state.acts[0].effect
    assert enabled(model) == [EXPORT, FOLDER]
    model.primary()
    team.tasks.settle_all()
    assert "读回来核对无误" in model.state.said.heading
    assert [row.text for row in model.state.on_stick] == ["本机的交接文件"]

    carrier = opened(hall)
    assert [row.chip.text for row in carrier.state.on_stick] == ["可代送"]
    act(hall, IMPORT)
    assert "设备 001 的已收下" in carrier.state.said.text
    assert hall.place.syncs_asked == 1
    assert [row.chip.text for row in carrier.state.on_stick] == ["收下过了"]
    assert IMPORT not in enabled(carrier)  # a second time is not even offered

    cargo = hall.place.store.cargo
    [one] = cargo.all()
    cargo.settle(one.id, taken_by(hub, (stick / "handover-999999001.parcel").read_bytes()))
    opened(hall)
    act(hall, RETURN)
    assert "设备 001 的回执写好了" in carrier.state.said.heading
    # It is done: once more only by its own digit.
    assert RETURN in enabled(carrier)
    assert RETURN not in [view.digit for view in carrier.state.acts if view.primary]
    act(hall, DROP)
    assert carrier.state.carried == ()

    opened(team)
    act(team, IMPORT)
    assert "新签收" in model.state.said.text
    reads = team.opened.desk.journal.reads
    assert [row.uploaded for row in reads.cases()] == [True]
    assert "收下过了" in [row.chip.text for row in model.state.on_stick]


def test_what_the_platform_does_not_take_is_said_and_can_be_let_go(team, hall, stick):
    opened(team)
    act(team, EXPORT)
    carrier = opened(hall)
    act(hall, IMPORT)
    [one] = hall.place.store.cargo.all()
    hall.place.store.cargo.refuse(one.id, "unknown_device")
    opened(hall)
    [row] = carrier.state.carried
    assert row.chip.text == "平台没有收下"
    assert "平台不认识导出这个文件的设备" in row.note
    assert IMPORT in enabled(carrier)  # a person may try it again
    act(hall, DROP)
    assert carrier.state.carried == ()
    assert (stick / "handover-999999001.parcel").exists()


def test_a_full_stick_is_one_sentence_and_nothing_counts_as_written(team, stick, monkeypatch):
    model = opened(team)

    def full(*_args, **_kwargs):
        raise StickFull

    monkeypatch.setattr(CounterHandovers, "export", full)
    told = []
    model.finished.connect(lambda heading, text: told.append(heading))
    act(team, EXPORT)
    assert "U 盘满了" in model.state.problem.sentence
    assert "本机内容都在" in model.state.problem.next_step
    assert told == [model.state.problem.sentence]
    assert EXPORT in enabled(model)


def test_a_stick_that_is_pulled_out_is_said_and_found_again(team, stick):
    model = opened(team)
    stick.rename(stick.with_name("away"))
    act(team, EXPORT)
    assert "U 盘可能没有插好或被拔出" in model.state.problem.sentence
    team.place.plugged_in = ()
    model._look()
    team.tasks.settle_all()
    assert model.state.stick == ""
    assert enabled(model) == [FOLDER]


def test_a_file_that_was_cut_short_takes_nothing_and_the_others_are_taken(team, hall, stick):
    opened(team)
    act(team, EXPORT)
    whole = stick / "handover-999999001.parcel"
    shutil.copy(whole, stick / "cut.parcel")
    (stick / "cut.parcel").write_bytes(whole.read_bytes()[:-1])
    carrier = opened(hall)
    act(hall, IMPORT)
    assert "交接文件不完整" in carrier.state.problem.sentence
    assert "设备 001 的已收下" in carrier.state.said.text
    assert len(carrier.state.carried) == 1


def test_a_folder_chosen_by_hand_stands_for_a_stick(team, tmp_path):
    team.place.plugged_in = ()
    model = opened(team)
    asked = []
    model.folder_asked.connect(lambda: asked.append(True))
    model.act(FOLDER)
    assert asked == [True]
    (tmp_path / "elsewhere").mkdir()
    model.choose_folder(tmp_path / "elsewhere")
    team.tasks.settle_all()
    assert model.state.stick == "elsewhere"
    act(team, EXPORT)
    assert (tmp_path / "elsewhere" / "handover-999999001.parcel").exists()


def test_several_sticks_are_walked(team, stick, tmp_path):
    (tmp_path / "second").mkdir()
    team.place.plugged_in += (Stick("second", tmp_path / "second", 0, read_only=True),)
    model = opened(team)
    assert "1 / 2" in model.state.stick_note
    model.walk(1)
    team.tasks.settle_all()
    assert (model.state.stick, model.state.stick_note.partition(" ·")[0]) == ("second", "写保护，只能读")
    model.walk(1)
    team.tasks.settle_all()
    assert model.state.stick == "例州交接"


def test_sticks_are_looked_at_in_a_lane_of_their_own_and_no_act_is_begun_twice(team):
    model = opened(team)
    model.act(EXPORT)
    model.act(EXPORT)
    assert [task.lane for task in team.tasks.pending] == [STICK_LANE]


def test_how_far_the_writing_is_can_be_seen(team):
    model = opened(team)
    model.act(EXPORT)
    model._written.tell(3, 6)
    model._tick()
    assert model.state.part == 0.5


def test_a_practice_store_says_why_it_has_nothing_to_hand_over(still):
    model = opened(still)
    assert "练习" in model.state.problem.sentence
    assert model.state.acts == ()
