"""What citizens still owe, seen at the hub by a supervisor."""

import json

import pytest

from clerk_app.domain.case_number import child
from clerk_app.domain.outcomes import DEFERRED
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.owed import owed
from tests.helpers.packages import SHOP, package_taken_in
from tests.sync.work import HALL, case_number_of

DAY = 86_400


@pytest.fixture
def desk(platform):
    return platform.desk()


def taken(platform, desk, count, missing):
    number = case_number_of("001", count)
    body = package_taken_in(number, "PK01", SHOP, outcome=DEFERRED, missing=missing)
    desk.append(f"case/{number}", "case.package_taken_in", body)
    sync_once(platform.lane(desk))
    return number, body


def test_everything_owed_stands_there_overdue_first_until_it_comes(platform, desk):
    number, body = taken(platform, desk, 1, ("N10",))
    (item,) = owed(platform.hub)
    paper = next(one for one in body["materials"] if one["state"] == "deferred")
    assert (item.number, item.kind, item.name, item.until) == (number, "deferral", paper["name"], paper["defer_until"])
    assert item.late is False
    platform.clock.advance(40 * DAY)
    later, _ = taken(platform, desk, 2, ("N09",))
    assert [(one.number, one.late) for one in owed(platform.hub)] == [(number, True), (later, True)]
    assert owed(platform.hub, HALL) == owed(platform.hub)
    assert owed(platform.hub, "999998") == []
    come = {**paper, "state": "received", "form": "original_seen", "copies": 1, "pages": 1}
    desk.append(f"case/{number}", "case.material_supplied", {"materials": [come]})
    sync_once(platform.lane(desk))
    assert [one.number for one in owed(platform.hub)] == [later]


def test_a_case_that_has_ended_owes_nothing(platform, desk):
    number, body = taken(platform, desk, 1, ("N10",))
    for place in range(2, len(body["children"]) + 1):
        decide(platform.hub, Ruling(number, "refuse", child=child(number, place)))
    assert owed(platform.hub) == []


def test_the_command_names_papers_and_nobody(capsys, platform, desk):
    from sync.hub.__main__ import main

    number, _ = taken(platform, desk, 1, ("N10",))
    folder = str(platform.folder)
    options = ["owed", "--data", folder, *(["--db", platform.database.url] if platform.database.url else [])]
    assert main([*options, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [item["number"] for item in told["owed"]] == [number]
    assert main(options) == 0
    assert "共 1 项，过期" in capsys.readouterr().out
