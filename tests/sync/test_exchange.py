"""The provincial exchange: whole days as files and tables, exactly once, corrected where they changed.

`python -m tests.sync.test_exchange` writes the golden records again.
"""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, update

from clerk_app import failpoints
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.errors import BadFile, ExchangeTargetFailed
from clerk_app.journal.entry import make_entry
from clerk_app.seams import SystemDisk
from clerk_app.security.sealing import public_of_sealing
from sync.engine import sync_once
from sync.hub.decide import Ruling, decide
from sync.hub.exchange.export import exchange_to_database, exchange_to_folder
from sync.hub.exchange.records import RECORDS
from sync.hub.exchange.tables import TABLES, withheld
from sync.hub.schema import entries, regions
from tests.helpers.failpoints import names_of
from tests.helpers.hub import clerk_hub_json
from tests.sync.conftest import Database, Platform, open_platform_hub
from tests.sync.fakes import SeededRng, VirtualClock
from tests.sync.sample_day import SampleDay
from tests.sync.work import case_number_of, taken_in
from tests.unit.domain.builders import at

GOLDEN = Path(__file__).parents[1] / "golden" / "exchange"
DISK = SystemDisk()


def place(folder: Path, database: Database | None = None) -> Platform:
    """A hub of Monday, 23 November, 9:00."""
    clock, rng = VirtualClock(at("2026-11-23 09:00")), SeededRng(7)
    kept = database or Database()
    hub = open_platform_hub(folder, clock, rng, kept.url)
    return Platform(folder, clock, rng, hub, kept, [hub])


@pytest.fixture
def hall(tmp_path):
    platform = place(tmp_path / "hub")
    yield platform
    for opened in platform.opened:
        opened.close()


def a_day(platform: Platform) -> SampleDay:
    """Six visits without a line."""
    day = SampleDay(platform.desk(), platform.hub.keys.rating_public)
    day.begin()
    day.visit("P31", grade="very_satisfied")
    day.visit("P14", outcome=RECEIVED, grade="dissatisfied")
    day.visit("P31", grade=None)
    day.visit("P31", outcome=RECEIVED, seal=False, grade="satisfied")
    day.visit("P14", "P31", outcome=RECEIVED, grade="very_dissatisfied")
    day.visit("P31", rated=False)
    return day


def the_platforms_word(platform: Platform, day: SampleDay) -> None:
    """The departments' answers, an hour later."""
    platform.clock.advance(3600)
    first, second, third, fourth, _fifth, _sixth, seventh = day.numbers
    decide(platform.hub, Ruling(seventh, "suspend", "房屋安全", name="鉴定"))
    platform.clock.advance(3600)
    decide(platform.hub, Ruling(seventh, "resume", "合格", due_on="2026-12-10"))
    decide(platform.hub, Ruling(seventh, "extend", "案情复杂", due_on="2026-12-21"))
    decide(platform.hub, Ruling(first, "grant"))
    decide(platform.hub, Ruling(second, "grant", "资格有效"))
    decide(platform.hub, Ruling(third, "return", "合同缺页"))
    decide(platform.hub, Ruling(fourth, "refuse", "居住未满半年"))


def synced(platform: Platform, day: SampleDay) -> None:
    assert sync_once(platform.lane(day.desk)).state == "done"


def lines_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """All lines below a folder, by file."""
    return {
        str(path.relative_to(folder)): [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for path in sorted(folder.rglob("*.jsonl"))
    }


def tables_of(url: str) -> dict[str, list[dict[str, Any]]]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                table.name: [dict(row._mapping) for row in connection.execute(select(table).order_by(table.c.row_guid))]
                for table in TABLES.values()
            }
    finally:
        engine.dispose()


def by_case(rows: list[dict[str, Any]], number: str) -> list[dict[str, Any]]:
    return [row for row in rows if number in (row.get("project_no"), row.get("projectNo"))]


def golden_days(folder: Path, database: Database | None = None) -> dict[str, bytes]:
    """The files of an evening: the day as it came in, then the platform's word on it."""
    platform = place(folder / "hub", database)
    try:
        day = a_day(platform)
        synced(platform, day)
        exchange_to_folder(platform.hub, folder / "out", DISK)
        the_platforms_word(platform, day)
        exchange_to_folder(platform.hub, folder / "out", DISK)
    finally:
        platform.hub.close()
    return {path.name: path.read_bytes() for path in sorted((folder / "out").rglob("*.jsonl"))}


# ---- what is written ----------------------------------------------------------------------------------------------


def test_whole_days_are_the_golden_records(tmp_path, database):
    written = golden_days(tmp_path, database)
    assert sorted(written) == sorted(path.name for path in GOLDEN.glob("*.jsonl"))
    for name, content in written.items():
        assert content.decode() == (GOLDEN / name).read_text("utf-8"), name


def test_praise_stays_praise_in_both_encodings(hall, tmp_path):
    day = a_day(hall)
    synced(hall, day)
    the_platforms_word(hall, day)
    exchange_to_database(hall.hub, f"sqlite:///{tmp_path}/front.db")
    tables = tables_of(f"sqlite:///{tmp_path}/front.db")
    rated = {row["projectNo"]: row["satisfaction"] for row in tables["up_pro_evaluation"]}
    results = {row["project_no"]: row["satisfaction"] for row in tables["up_pro_result"]}
    praised, blamed = day.numbers[0], day.numbers[1]
    assert (rated[praised], results[praised]) == ("5", "1")
    assert (rated[blamed], results[blamed]) == ("2", "4")


def test_a_rating_goes_once_with_the_first_case_of_its_visit(hall, tmp_path):
    day = a_day(hall)
    synced(hall, day)
    done = exchange_to_database(hall.hub, f"sqlite:///{tmp_path}/front.db")
    rated = [row["projectNo"] for row in tables_of(f"sqlite:///{tmp_path}/front.db")["up_pro_evaluation"]]
    assert sorted(rated) == sorted([day.numbers[0], day.numbers[1], day.numbers[3], day.numbers[4]])
    assert done.written["I"]["rating"] == 4


def test_a_case_that_was_only_received_is_no_acceptance_before_the_platforms_word(hall, tmp_path):
    url = f"sqlite:///{tmp_path}/front.db"
    day = a_day(hall)
    synced(hall, day)
    exchange_to_database(hall.hub, url)
    received = day.numbers[1]
    assert not by_case(tables_of(url)["up_pro_accept"], received)
    the_platforms_word(hall, day)
    exchange_to_database(hall.hub, url)
    [accepted] = by_case(tables_of(url)["up_pro_accept"], received)
    assert accepted["accept_date"] > accepted["apply_date"]
    steps = [row["event_name"] for row in by_case(tables_of(url)["up_pro_process"], received)]
    assert sorted(steps) == sorted(["收件", "受理", "准予", "办结"])


def test_the_legal_time_is_the_desks_and_not_the_syncs(hall, tmp_path):
    url = f"sqlite:///{tmp_path}/front.db"
    day = a_day(hall)
    hall.clock.advance(6 * 3600)
    synced(hall, day)
    exchange_to_database(hall.hub, url)
    [accepted] = by_case(tables_of(url)["up_pro_accept"], day.numbers[0])
    assert str(accepted["accept_date"]).startswith("2026-11-23 09:0")


# ---- exactly once -------------------------------------------------------------------------------------------------


def test_a_second_run_writes_nothing(hall, tmp_path):
    day = a_day(hall)
    synced(hall, day)
    first = exchange_to_folder(hall.hub, tmp_path / "out", DISK)
    before = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in first.files}
    again = exchange_to_folder(hall.hub, tmp_path / "out", DISK)
    assert (again.written, again.files, again.upto) == ({}, (), first.upto)
    assert {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in before} == before


def test_only_what_changed_follows_and_a_changed_record_keeps_its_guid(hall, tmp_path):
    out = tmp_path / "out"
    day = SampleDay(hall.desk(), hall.hub.keys.rating_public)
    day.begin()
    [number] = day.visit("P31", rated=False)
    synced(hall, day)
    exchange_to_folder(hall.hub, out, DISK)
    decide(hall.hub, Ruling(number, "grant"))
    second = exchange_to_folder(hall.hub, out, DISK)
    assert second.written == {"I": {"process": 2, "result": 1}}
    day.rate(f"{1:016x}", "satisfied")
    synced(hall, day)
    third = exchange_to_folder(hall.hub, out, DISK)
    assert third.written == {"I": {"rating": 1}, "U": {"result": 1}}
    results = [row for name, rows in lines_of(out).items() if "up_pro_result" in name for row in rows]
    assert [(row["cd_operation"], row["satisfaction"]) for row in results] == [("I", None), ("U", "2")]
    assert len({row["row_guid"] for row in results}) == 1


def test_every_line_ever_written_adds_up_to_the_tables(hall, tmp_path):
    out, url = tmp_path / "out", f"sqlite:///{tmp_path}/front.db"
    day = a_day(hall)
    synced(hall, day)
    exchange_to_folder(hall.hub, out, DISK)
    the_platforms_word(hall, day)
    exchange_to_folder(hall.hub, out, DISK)
    exchange_to_database(hall.hub, url)
    latest = {row["row_guid"]: row for rows in lines_of(out).values() for row in rows}
    stored = {row["row_guid"]: row for rows in tables_of(url).values() for row in rows}
    apart = ("cd_operation", "cd_time", "cd_batch")
    assert set(latest) == set(stored)
    for guid, row in latest.items():
        mine = {key: value for key, value in row.items() if key not in apart}
        theirs = {
            key: value.strftime("%Y-%m-%d %H:%M:%S") if hasattr(value, "strftime") else value
            for key, value in stored[guid].items()
            if key not in apart
        }
        assert mine == theirs


@pytest.mark.parametrize("name", names_of("exchange"))
def test_a_run_that_is_killed_is_made_good_by_the_next(hall, tmp_path, name):
    day = a_day(hall)
    synced(hall, day)
    hall.hub.close()

    def killed() -> None:
        failpoints.arm(name)
        exchange_to_folder(open_platform_hub(hall.folder, hall.clock, hall.rng), tmp_path / "out", DISK)

    child = multiprocessing.get_context("fork").Process(target=killed)
    child.start()
    child.join(20)
    assert child.exitcode == -9
    hall.restart()
    exchange_to_folder(hall.hub, tmp_path / "out", DISK)
    after = exchange_to_folder(hall.hub, tmp_path / "out", DISK)
    assert (after.written, after.files) == ({}, ())
    whole = exchange_to_folder(hall.hub, tmp_path / "whole", DISK)
    guids = [row["row_guid"] for rows in lines_of(tmp_path / "out").values() for row in rows]
    assert len(guids) == len(set(guids)) == sum(whole.written["I"].values())


def test_a_hub_that_was_put_back_sends_nothing_twice(hall, tmp_path):
    url = f"sqlite:///{tmp_path}/front.db"
    day = a_day(hall)
    synced(hall, day)
    exchange_to_database(hall.hub, url)
    before = tables_of(url)
    # The same entries under other numbers, as after a restore to which two desks came back in another order.
    with hall.hub.store.writing() as connection:
        connection.execute(update(entries).values(hub_seq=entries.c.hub_seq + 100_000))
        connection.execute(update(entries).values(hub_seq=entries.c.hub_seq - 100_000 + 3))
        connection.execute(update(regions).values(last_hub_seq=regions.c.last_hub_seq + 3))
    assert exchange_to_database(hall.hub, url).written == {}
    assert tables_of(url) == before


def test_batches_are_bounded_and_together_they_are_everything(hall, tmp_path, monkeypatch):
    day = a_day(hall)
    synced(hall, day)
    whole = exchange_to_database(hall.hub, f"sqlite:///{tmp_path}/one.db")
    monkeypatch.setattr("sync.hub.exchange.batch.PLACES", 4)
    parts = exchange_to_database(hall.hub, f"sqlite:///{tmp_path}/many.db")
    assert sum(sum(kinds.values()) for kinds in parts.written.values()) >= sum(whole.written["I"].values())
    assert parts.written["I"] == whole.written["I"]


# ---- what is not sent ---------------------------------------------------------------------------------------------


def test_parked_entries_are_not_sent(hall, tmp_path):
    day = SampleDay(hall.desk(), hall.hub.keys.rating_public)
    day.begin()
    [number] = day.visit("P31", rated=False)
    content = json.loads(day.desk.chains[0].entries[-1].body or b"")
    day.desk.append(f"case/{number}", "case.taken_in", {**content, "remarks": ["again"]})
    day.desk.append(f"case/{number}", "case.decided", {"result": "grant", "reason": "我自己批的", "child": None})
    synced(hall, day)
    done = exchange_to_folder(hall.hub, tmp_path / "out", DISK)
    assert done.written == {"I": {"accept": 1, "material": 4, "process": 2}}


def test_an_act_that_stands_at_two_places_is_sent_once(hall, tmp_path):
    day = SampleDay(hall.desk(), hall.hub.keys.rating_public)
    [number] = day.visit("P31", rated=False)
    act = day.desk.chains[0].entries[-1]
    day.desk.begin_chain()
    second = day.desk.chains[-1]
    header = replace(act.head, chain=second.chain, seq=1)
    second.entries.append(make_entry(header, act.content, prev=second.head, salt=act.salt or b""))
    synced(hall, day)
    done = exchange_to_folder(hall.hub, tmp_path / "out", DISK)
    assert done.written == {"I": {"accept": 1, "material": 4, "process": 2}}
    assert number in str(lines_of(tmp_path / "out"))


def test_what_cannot_be_made_valid_is_withheld_and_counted_until_it_can(hall, tmp_path):
    desk = hall.desk()
    SampleDay(desk, b"").visit("P31", rated=False)
    other = case_number_of("001", 99)
    desk.append(f"case/{other}", "case.taken_in", taken_in(other))
    assert sync_once(hall.lane(desk)).state == "done"
    url = f"sqlite:///{tmp_path}/front.db"
    assert exchange_to_database(hall.hub, url).withheld == 1
    engine = create_engine(url)
    with engine.connect() as connection:
        [row] = connection.execute(select(withheld)).fetchall()
    engine.dispose()
    assert (row.project_no, row.reason) == (other, "no_implementation_code")


def test_a_stream_of_a_newer_version_is_left_alone(hall, tmp_path):
    day = SampleDay(hall.desk(), hall.hub.keys.rating_public)
    [number] = day.visit("P31", rated=False)
    synced(hall, day)
    url = f"sqlite:///{tmp_path}/front.db"
    exchange_to_database(hall.hub, url)
    before = tables_of(url)
    day.desk.append(f"case/{number}", "case.reborn", {})
    synced(hall, day)
    done = exchange_to_database(hall.hub, url)
    assert (done.written, done.withheld) == ({}, 1)
    assert tables_of(url) == before


def test_an_erased_body_takes_nothing_back(hall, tmp_path):
    day = SampleDay(hall.desk(), hall.hub.keys.rating_public)
    [number] = day.visit("P31", grade="satisfied")
    synced(hall, day)
    url = f"sqlite:///{tmp_path}/front.db"
    exchange_to_database(hall.hub, url)
    before = tables_of(url)
    decide(hall.hub, Ruling(number, "grant"))
    with hall.hub.store.writing() as connection:
        mine = entries.c.stream == f"case/{number}"
        connection.execute(update(entries).where(mine).values(salt=None, body=None))
    assert exchange_to_database(hall.hub, url).written == {}
    assert tables_of(url) == before
    # To a front database that never had it, it is named as what it is.
    assert exchange_to_database(hall.hub, f"sqlite:///{tmp_path}/late.db").withheld == 1


def test_a_grade_that_was_not_sealed_for_this_hub_is_named_and_the_case_still_goes(hall, tmp_path):
    day = SampleDay(hall.desk(), public_of_sealing(b"\x07" * 32))
    day.visit("P31", grade="satisfied")
    synced(hall, day)
    done = exchange_to_folder(hall.hub, tmp_path / "out", DISK)
    assert "rating" not in done.written["I"]
    assert done.withheld == 1
    assert done.written["I"]["accept"] == 1


# ---- where it is written ------------------------------------------------------------------------------------------


def test_the_tables_are_the_same_on_both_databases(hall, tmp_path, postgresql_server):
    front = f"{postgresql_server.url}/{postgresql_server.create_database()}"
    day = a_day(hall)
    synced(hall, day)
    urls = (front, f"sqlite:///{tmp_path}/front.db")
    first = [exchange_to_database(hall.hub, url) for url in urls]
    the_platforms_word(hall, day)
    second = [exchange_to_database(hall.hub, url) for url in urls]
    assert first[0] == first[1]
    assert second[0] == second[1]
    assert exchange_to_database(hall.hub, urls[0]).written == {}
    assert tables_of(urls[0]) == tables_of(urls[1])


def test_a_front_database_that_is_away_is_one_sentence(hall, tmp_path):
    for url in ("postgresql+psycopg://nobody@127.0.0.1:1/x", "mysql://x", "not a url", f"sqlite:///{tmp_path}/no/x.db"):
        with pytest.raises(ExchangeTargetFailed):
            exchange_to_database(hall.hub, url)


def test_a_folder_that_cannot_be_written_is_one_sentence(hall, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadFile):
        exchange_to_folder(hall.hub, tmp_path / "file" / "out", DISK)


def test_nobody_else_on_the_machine_can_read_the_files(hall, tmp_path):
    day = a_day(hall)
    synced(hall, day)
    done = exchange_to_folder(hall.hub, tmp_path / "out", DISK)
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    for name in done.files:
        assert (tmp_path / "out" / name).stat().st_mode & 0o077 == 0


def test_the_command_says_what_it_did(hall, tmp_path):
    day = a_day(hall)
    synced(hall, day)
    hall.hub.close()
    done = clerk_hub_json("exchange", "--data", hall.folder, "--to", f"sqlite:///{tmp_path}/front.db")
    assert done["written"]["I"]["accept"] == 3
    assert list(done["upto"]) == ["999999"]
    with sqlite3.connect(tmp_path / "front.db") as connection:
        assert connection.execute("SELECT count(*) FROM up_pro_accept").fetchone() == (3,)
    connection.close()


def test_every_record_is_there_in_the_golden_days():
    kinds = {path.name.rpartition("-")[0] for path in GOLDEN.glob("*.jsonl")}
    assert kinds == {record.table for record in RECORDS}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.jsonl"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in golden_days(Path(folder)).items():
            (GOLDEN / name).write_bytes(content)
