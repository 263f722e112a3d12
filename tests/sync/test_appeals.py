"""The 办不成事 register reaches the hub, and a supervisor sees what waits for an answer."""

import json
from datetime import date

from clerk_app.domain import notice_number
from clerk_app.domain.appeals import AppealWords, handled_body, recorded_body
from sync.engine import sync_once
from sync.hub.__main__ import main
from sync.hub.appeals import appeals
from sync.hub.verify import verify_hub
from tests.sync.work import HALL

DAY = 86_400


def record(desk, count, due_on):
    number = notice_number.make(HALL, "001", date(2026, 11, 17), count)
    words = AppealWords(why="两个部门互相推", unit="值班主任", due_on=due_on, person="吴例宁", phone="13000000001")
    desk.append(f"appeal/{number}", "appeal.recorded", recorded_body(words, "b" * 16))
    return number


def test_a_record_is_seen_at_the_hub_late_first_and_without_the_person(platform, capsys):
    desk = platform.desk()
    later, sooner = record(desk, 1, date(2099, 1, 5)), record(desk, 2, date(2001, 1, 5))
    sync_once(platform.lane(desk))
    lines = appeals(platform.hub)
    assert [(line.number, line.late) for line in lines] == [(sooner, True), (later, False)]
    assert appeals(platform.hub, "999998") == []
    desk.append(f"appeal/{sooner}", "appeal.handled", handled_body("已答复"))
    sync_once(platform.lane(desk))
    assert [(line.number, line.state) for line in appeals(platform.hub, HALL)] == [(later, "open"), (sooner, "handled")]
    assert verify_hub(platform.hub).first_fault is None
    options = ["appeals", "--data", str(platform.folder)]
    options += ["--db", platform.database.url] if platform.database.url else []
    assert main([*options, "--json"]) == 0
    told = capsys.readouterr().out
    assert json.loads(told)["late"] == 0
    assert "吴例宁" not in told
    assert main(options) == 0
    assert "共 2 件，过期 0 件" in capsys.readouterr().out


def test_a_second_answer_from_another_desk_has_no_effect_and_is_shown(platform):
    desk = platform.desk()
    number = record(desk, 1, date(2099, 1, 5))
    for text in ("先答的", "后答的"):
        desk.append(f"appeal/{number}", "appeal.handled", handled_body(text))
    sync_once(platform.lane(desk))
    assert [line.result for line in appeals(platform.hub)] == ["先答的"]
