"""A desk on the round or at a home offers by itself what is done there, says why the rest is not, and shows it."""

from __future__ import annotations

import pytest

from clerk_app.domain.packages import is_package
from clerk_app.errors import BadFile
from clerk_app.settings import DeskSettings, load_settings
from tests.qt.desk import WORKER, StillDesk

MOBILE = 8
"""Alt and this digit: 流动办."""


@pytest.fixture
def on_round(qapp, place):
    (place.folder.path / "settings.toml").write_text('[desk]\nservice_point = "mobile"\n', encoding="utf-8")
    return StillDesk(place)


def hits(still):
    still.settle()
    return {hit.key: hit.note for hit in still.models.matters.state.hits}


def test_only_what_is_done_there_is_offered_and_one_key_shows_the_rest_with_the_reason(on_round):
    still = on_round
    still.models.matters.begin()
    offered = hits(still)
    assert [view.label for view in still.models.matters.state.filters if view.chosen] == ["流动办"]
    catalogue = still.opened.desk.catalogue
    assert all("mobile" in catalogue.matter(code).channels for code in offered if not is_package(code))
    assert "P05" not in offered
    still.models.matters.toggle_filter(MOBILE)
    everything = hits(still)
    assert everything["P05"].startswith("这里（流动办事厅）不办，在大厅、上门办 · P05")
    assert [code for code in everything if code in offered] == list(offered)
    still.models.matters.search("登记")
    marked = [note.startswith("这里") for note in hits(still).values()]
    assert (marked, any(marked)) == (sorted(marked), True)
    still.models.matters.begin()
    assert hits(still) == offered


def test_what_is_not_done_there_is_not_begun_and_the_notice_is_one_key_away(on_round):
    still = on_round
    still.meet(WORKER)
    still.begin("P05")
    problem = still.counter.state.problem
    assert (still.counter.state.stage, still.counter.state.matter) == ("matter", None)
    assert "不在流动办事厅办" in problem.sentence
    assert "F7" in problem.next_step
    still.models.notices.give_about("P05")
    still.settle()
    assert still.opened.desk.journal.reads.print_jobs("queued") or still.place.paper.sheets
    still.begin("P14")
    assert still.counter.state.matter.code == "P14"


def test_in_the_hall_everything_is_offered(qapp, place):
    still = StillDesk(place)
    still.models.matters.begin()
    assert "P05" in hits(still)
    assert not any(note.startswith("这里") for note in hits(still).values())


def test_a_service_point_that_there_is_not_is_refused(tmp_path):
    (tmp_path / "settings.toml").write_text('[desk]\nservice_point = "moon"\n', encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        load_settings(tmp_path)
    assert "service_point 应是 hall、mobile、home" in refused.value.data["reason"]
    assert DeskSettings().service_point == "hall"
