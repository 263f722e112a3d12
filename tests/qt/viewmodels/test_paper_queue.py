from __future__ import annotations

import pytest

from clerk_app.errors import PrinterNotFound, PrinterOffline
from clerk_app.services.papers import load_case
from tests.qt.desk import ELDER, PENSION, StillDesk
from ui.tasks import PAPER_LANE
from ui.viewmodels import paper_queue


def take_one_in(still):
    still.meet(ELDER)
    still.begin("P14", PENSION)
    still.counter.primary()
    still.settle()
    return still.counter.visit.finished[-1].case.number


def job_states(still):
    reads = still.opened.desk.journal.reads
    return [job.state for job in reads.print_jobs("queued", "printing", "printed", "failed")]


def test_the_queue_is_printed_to_its_end_by_itself(still):
    take_one_in(still)
    assert len(still.place.paper.sheets) == 1
    assert job_states(still) == ["printed"]
    assert not still.models.papers.state.printing


def test_a_printer_that_is_off_keeps_the_sheet_and_f8_prints_it_once(still):
    still.place.paper.problem = PrinterOffline(printer="HP")
    take_one_in(still)
    state = still.counter.state
    assert state.done.papers[0].chip.text == "没打出来，按 F8"
    assert "HP" in state.problem.sentence
    still.place.paper.problem = None
    still.counter.print_again()
    still.counter.print_again()
    still.settle()
    assert len(still.place.paper.sheets) == 1
    assert "补打" not in still.place.paper.sheets[0]
    assert still.counter.state.done.papers[0].chip.text == "已打印"


def test_a_printer_that_comes_back_prints_without_being_asked(monkeypatch, qtbot, qapp, place):
    monkeypatch.setattr(paper_queue, "RETRY_MS", 50)
    still = StillDesk(place)
    still.place.paper.problem = PrinterOffline(printer="HP")
    take_one_in(still)
    still.place.paper.problem = None
    qtbot.waitUntil(lambda: any(task.lane == PAPER_LANE for task in still.tasks.pending))
    still.settle()
    assert len(still.place.paper.sheets) == 1


def test_what_will_not_pass_by_itself_waits_for_the_clerk(monkeypatch, qtbot, qapp, place):
    monkeypatch.setattr(paper_queue, "RETRY_MS", 10)
    still = StillDesk(place)
    still.place.paper.problem = PrinterNotFound(printer="HP")
    take_one_in(still)
    qtbot.wait(100)
    assert not any(task.lane == PAPER_LANE for task in still.tasks.pending)


def test_one_more_f8_prints_a_copy_that_says_so(still):
    take_one_in(still)
    still.counter.print_again()
    still.settle()
    assert len(still.place.paper.sheets) == 2
    assert "补打" in still.place.paper.sheets[1]
    assert "补打" not in still.place.paper.sheets[0]


def test_f8_with_nothing_to_print_says_where_to_go(still):
    still.counter.print_again()
    assert "办件" in still.counter.state.problem.next_step


@pytest.fixture
def after_a_night(place, qapp):
    """Signed in again on a store where one sheet failed, and one was half-way when the power went."""
    still = StillDesk(place)
    still.place.paper.problem = PrinterOffline(printer="HP")
    first, second = take_one_in(still), take_one_in(still)
    assert load_case(still.opened.desk, first).number != second
    with still.opened.desk.journal.write("0312") as unit:
        unit.mark_print(2, "printing")
        unit.commit()
    after = StillDesk(place.again())
    yield after
    after.place.close()


def test_after_a_night_nothing_is_printed_unasked(after_a_night):
    number = take_one_in(after_a_night)
    assert [number in sheet for sheet in after_a_night.place.paper.sheets] == [True]
    assert len(after_a_night.models.papers.state.waiting) == 2


def test_after_a_night_f8_prints_what_was_left(after_a_night):
    assert len(after_a_night.models.papers.state.uncertain) == 1
    assert after_a_night.models.papers.print_again()
    after_a_night.settle()
    assert len(after_a_night.place.paper.sheets) == 2
    assert after_a_night.models.papers.state.waiting == ()


def test_a_sheet_that_did_come_out_is_not_printed_again(after_a_night):
    after_a_night.models.devices.try_device("uncertain_papers")
    after_a_night.settle()
    assert after_a_night.models.papers.state.uncertain == ()
    after_a_night.models.papers.print_again()
    after_a_night.settle()
    assert len(after_a_night.place.paper.sheets) == 1


def test_what_fails_today_is_printed_before_what_was_left_over(after_a_night):
    after_a_night.place.paper.problem = PrinterOffline(printer="HP")
    number = take_one_in(after_a_night)
    after_a_night.place.paper.problem = None
    after_a_night.models.papers.print_again()
    after_a_night.settle()
    assert [number in sheet for sheet in after_a_night.place.paper.sheets] == [True]
