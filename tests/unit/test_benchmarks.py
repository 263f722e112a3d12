"""The benchmarks' report and its lab: what they say must be true before anybody believes a ratio."""

import json
import subprocess
from random import Random

import pytest

from benchmarks.lab import workload
from benchmarks.lab.crash_disk import CrashDisk, Create, Rename, Sync, Truncate, Write
from benchmarks.lab.transfer import NotProven, last_figures
from benchmarks.report import NotRun, Section, as_json, as_table, compare, quantile


def ratio(ours, other, aim=None, share=0.5):
    return compare("a job", "the limit", "ms", ours, other, aim=aim, share=share)


def table_of(*lines):
    return as_table([Section("job", "A job", lines, ["one remark"])])


# ---- the report -------------------------------------------------------------------------------------------------


def test_a_quantile_is_a_sample_that_was_really_taken():
    samples = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [quantile(samples, share) for share in (0.0, 0.2, 0.5, 0.99, 1.0)] == [1.0, 1.0, 3.0, 5.0, 5.0]


def test_a_ratio_compares_what_was_measured_in_the_same_round():
    drifting = ratio([[2.0], [20.0], [200.0]], [[1.0], [10.0], [100.0]])
    assert (drifting.value, drifting.low, drifting.high) == (2.0, 2.0, 2.0)
    assert drifting.noise == pytest.approx(9.9)


def test_a_tail_is_compared_over_all_samples():
    ours, other = [[1.0] * 99 + [8.0]] * 2, [[1.0] * 98 + [2.0] * 2] * 2
    assert ratio(ours, other, share=0.99).value == 0.5
    assert ratio(ours, other, share=1.0).value == 4.0


@pytest.mark.parametrize(
    ("aim", "verdict"), [(2.0, "met"), (1.99, "not met"), (None, "no aim yet")], ids=["met", "missed", "none"]
)
def test_the_verdict_follows_from_ratio_and_aim(aim, verdict):
    line = ratio([[2.0]], [[1.0]], aim=aim)
    assert line.verdict == verdict
    assert verdict in table_of(line)
    assert as_json([Section("job", "A job", [line])])[0]["lines"][0]["verdict"] == verdict


def test_the_table_shows_ratio_spread_aim_and_both_sides():
    line = ratio([[3.0, 3.0], [9.0, 9.0]], [[1.0, 1.0], [2.0, 2.0]], aim=5)
    row = next(row for row in table_of(line).splitlines() if "a job" in row)
    for cell in ("a job / the limit", "3.75 [3.00..4.50]", "<= 5", "met", "6 / 9 ms", "1.5 / 2 ms", "4+4", "67%"):
        assert f" {cell} " in row


def test_every_row_of_the_table_has_the_same_columns():
    table = table_of(ratio([[1.0]], [[1.0]]), NotRun("another job", "a reason"))
    rows = [row for row in table.splitlines() if row.startswith("|")]
    assert len({(len(row), row.count("|")) for row in rows}) == 1
    assert "- A job: one remark" in table


def test_what_did_not_run_shows_its_reason_and_never_a_ratio():
    line = NotRun("500 cases / PouchDB", "PouchDB is not installed")
    row = next(row for row in table_of(line).splitlines() if "PouchDB" in row)
    assert "not run: PouchDB is not installed" in row
    assert not any(word in row for word in ("met", "<=", "[", ".."))
    assert as_json([Section("job", "A job", [line])])[0]["lines"] == [
        {"what": "500 cases / PouchDB", "not_run": "PouchDB is not installed"}
    ]


def test_a_client_that_failed_gives_its_last_words_and_no_figures():
    failed = subprocess.CompletedProcess([], 1, stdout='{"seconds": 1}', stderr="it fell over")
    with pytest.raises(NotProven, match="it fell over"):
        last_figures(failed)
    done = subprocess.CompletedProcess([], 0, stdout='noise\n{"seconds": 1}\n', stderr="")
    assert last_figures(done) == {"seconds": 1}


# ---- the lab ----------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_case_of_the_asked_size():
    first, again, other = (workload.dumps(workload.case(number)) for number in (7, 7, 8))
    assert first == again != other
    assert workload.CASE_BYTES - 8 <= len(first) <= workload.CASE_BYTES
    assert json.loads(first)["applicant"]["id_no"].startswith(workload.NO_AREA)


def test_a_crash_may_lose_what_was_not_synced_and_nothing_else():
    disk = CrashDisk({"/a/kept": b"old"})
    for operation in (Create("/a/new"), Write("/a/new", 0, b"content"), Sync("/a/new"), Write("/a/kept", 0, b"NEW")):
        disk.apply(operation)
    assert disk.crash(Random(1), "none") == {"/a/kept": b"old", "/a/new": b"content"}
    assert disk.crash(Random(1), "all") == {"/a/kept": b"NEW", "/a/new": b"content"}


def test_a_rename_is_durable_only_with_its_folder():
    disk = CrashDisk({"/a/x": b"old"})
    for operation in (Create("/a/x.tmp"), Write("/a/x.tmp", 0, b"new"), Sync("/a/x.tmp"), Rename("/a/x.tmp", "/a/x")):
        disk.apply(operation)
    assert disk.crash(Random(1), "none")["/a/x"] == b"old"
    disk.apply(Sync("/a"))
    assert disk.crash(Random(1), "none") == {"/a/x": b"new"}


def test_some_crashes_tear_a_long_write_at_a_sector():
    disk = CrashDisk({"/a": b""})
    disk.apply(Truncate("/a", 4096))
    disk.apply(Sync("/a"))
    disk.apply(Write("/a", 0, b"x" * 4096))
    left = {len(disk.crash(Random(seed), "some")["/a"].rstrip(b"\0")) for seed in range(200)}
    assert {0, 4096} < left
    assert all(length % 512 == 0 for length in left)
