from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from ui.models.cases import CaseTableModel, Column
from ui.models.hits import HitListModel
from ui.models.roles import CHIP_ROLE, KEY_ROLE, KIND_ROLE, NOTE_ROLE, PART_ROLE
from ui.samples import lists
from ui.tokens import Tone
from ui.viewmodels.parts import ChipView

CASES = lists.case_list().rows


def test_the_case_model_keeps_qts_rules(qtmodeltester):
    model = CaseTableModel()
    model.show_rows(CASES)
    qtmodeltester.check(model)
    model.show_rows(CASES[:2])
    qtmodeltester.check(model)
    model.show_rows(())
    qtmodeltester.check(model)


def test_the_hit_model_keeps_qts_rules(qtmodeltester):
    model = HitListModel()
    model.show_hits(lists.two_matters().hits)
    qtmodeltester.check(model)


def test_a_row_shows_its_columns():
    model = CaseTableModel()
    model.show_rows(CASES)
    assert model.index(0, Column.NUMBER).data() == CASES[0].shown
    assert model.index(0, Column.STATUS).data(CHIP_ROLE) == ChipView("部门退回", Tone.BAD)
    assert model.index(0, Column.DUE).data(PART_ROLE) == CASES[0].due_part
    assert model.index(0, Column.NUMBER).data(KEY_ROLE) == CASES[0].number
    assert model.index(3, Column.DUE).data(PART_ROLE) is None


def test_uploaded_stays_quiet_and_waiting_stands_out():
    model = CaseTableModel()
    waiting = replace(CASES[3], uploaded=ChipView("待上传", Tone.OFFLINE))
    model.show_rows((CASES[0], waiting))
    assert model.index(0, Column.UPLOADED).data(CHIP_ROLE) is None
    assert model.index(0, Column.UPLOADED).data() == "已上传"
    assert model.index(1, Column.UPLOADED).data(CHIP_ROLE).tone is Tone.OFFLINE


def test_every_cell_can_be_read_aloud():
    model = CaseTableModel()
    model.show_rows(CASES)
    for row in range(model.rowCount()):
        for column in Column:
            aloud = model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)
            assert aloud or (column is Column.DUE and CASES[row].due == "")


def test_a_changed_row_is_changed_in_place_and_the_list_is_not_reset(qtbot):
    model = CaseTableModel()
    model.show_rows(CASES)
    changed = (CASES[0], replace(CASES[1], due="还有 8 工作日"), *CASES[2:])
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged) as told:
        model.show_rows(changed)
    assert told.args[0].row() == told.args[1].row() == 1
    assert model.index(1, Column.DUE).data() == "还有 8 工作日"


def test_the_same_rows_change_nothing(qtbot):
    model = CaseTableModel()
    model.show_rows(CASES)
    with qtbot.assertNotEmitted(model.modelReset), qtbot.assertNotEmitted(model.dataChanged):
        model.show_rows(tuple(CASES))


def test_a_hit_carries_its_kind_and_key():
    model = HitListModel()
    model.show_hits(lists.two_matters().hits)
    first = model.index(0)
    assert (first.data(KIND_ROLE), first.data(KEY_ROLE)) == ("matter", "P31")
    assert first.data(NOTE_ROLE) == lists.two_matters().hits[0].note
