"""The main job without a window: cards and ratings over ptys, papers, and the hub over HTTP, as the commands say."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from clerk_app.cli.hub_process import HubProcess
from clerk_app.domain import case_number
from clerk_app.file_lock import FileLock
from tests.helpers.commands import clerk, clerk_hub

CASES = 20


@dataclass(frozen=True, slots=True)
class Demo:
    """A finished demo and how its store is opened."""

    out: Path
    result: dict[str, Any]

    @property
    def opening(self) -> tuple[str, ...]:
        return ("--data", self.result["data"], "--clerk", self.result["clerk"], "--password-file",
                self.result["password_file"])  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    out = tmp_path_factory.mktemp("demo")
    ran = clerk("demo", "--headless", "--cases", str(CASES), "--seed", "7", "--offline", "--out", out, "--json")
    assert ran.code == 0, ran.out + ran.err
    return Demo(out, ran.json)


def test_twenty_cases_taken_in_offline_reach_the_hub_whole_and_once(demo: Demo) -> None:
    result = demo.result
    assert {key: result[key] for key in ("cases", "accepted", "ratings", "lost", "duplicated", "chain_ok")} == {
        "cases": CASES, "accepted": CASES, "ratings": CASES, "lost": 0, "duplicated": 0, "chain_ok": True,
    }  # fmt: skip
    assert result["entries_hub"] == result["entries_local"]
    digest = clerk_hub("digest", "--data", demo.out / "hub", "--json").json
    assert digest["cases"] == CASES
    assert digest["blobs"] == result["blobs_hub"] > 0
    assert digest["parked"] == digest["quarantined"] == 0


def test_some_of_the_cases_are_packages_whose_children_have_numbers_of_their_own(demo: Demo) -> None:
    rows = clerk("case", "list", "--json", *demo.opening).json["cases"]
    packages = [row for row in rows if row["children"]]
    assert len(packages) == CASES // 5
    for row in packages:
        assert {one["state"] for one in row["children"]} >= {"waiting"}
        assert all(one["number"][:-2] == row["number"] for one in row["children"])
        assert row["uploaded"]


def test_hub_and_desk_both_verify(demo: Demo) -> None:
    for verification in (
        clerk("verify", "--json", *demo.opening),
        clerk_hub("verify", "--data", demo.out / "hub", "--json"),
    ):
        assert verification.code == 0
        assert verification.json["first_fault"] is None
        assert all(verification.json[key] for key in ("chain_ok", "signatures_ok", "blobs_ok", "projections_ok"))


def test_every_paper_gives_its_number_by_text_and_by_barcode(demo: Demo) -> None:
    papers = sorted(demo.out.glob("*.pdf"))
    assert len(papers) == demo.result["documents"]
    for paper in papers:
        number = paper.name.split("-")[0]
        assert case_number.check(number)
        with pypdfium2.PdfDocument(paper) as document:
            page = document[0]
            text = page.get_textpage().get_text_range()
            codes = {code.text for code in zxingcpp.read_barcodes(page.render(scale=203 / 72).to_pil())}
        assert number in text.replace(" ", "")
        assert number in codes
        assert "演示" in text


def test_a_name_with_a_rare_character_stands_on_paper_and_in_the_list(demo: Demo) -> None:
    rare = [row for row in clerk("case", "list", "--json", *demo.opening).json["cases"] if "𠮷" in row["applicant"]]
    assert len(rare) == 1
    paper = next(demo.out.glob(f"{rare[0]['number']}-*.pdf"))
    with pypdfium2.PdfDocument(paper) as document:
        assert rare[0]["applicant"] in document[0].get_textpage().get_text_range()


def test_a_decision_of_the_platform_comes_back_to_the_desk(demo: Demo, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo.out, copy)
    opening = tuple(part.replace(str(demo.out), str(copy)) for part in demo.opening)
    env = {"CLERK_STATE_DIR": str(copy / "state")}
    cases = clerk("case", "list", "--json", *opening, env=env).json["cases"]
    # A package is decided child by child; this is about a case of one matter.
    number = next(case["number"] for case in cases if not case["matter"].startswith("PK"))
    hub = HubProcess(copy / "hub")
    hub.decide(number, "return", "效果不清楚，请重新提交")
    hub.start()
    try:
        synced = clerk("sync", "--once", "--hub", hub.url, "--json", *opening, env=env).json
    finally:
        hub.stop()
    assert (synced["state"], synced["pending"]) == ("done", 0)
    shown = clerk("case", "show", number, "--json", *opening, env=env).json
    assert shown["state"] == "returned"
    assert shown["returned_reason"] == "效果不清楚，请重新提交"


def test_without_a_line_a_sync_says_offline_and_everything_still_waits(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    ran = clerk("demo", "--headless", "--cases", "1", "--no-sync", "--out", out, "--json")
    result = ran.json
    assert (result["entries_hub"], result["blobs_hub"], result["lost"]) == (None, None, 0)
    opening = Demo(out, result).opening
    synced = clerk("sync", "--once", "--json", *opening).json
    assert synced["state"] == "offline"
    assert synced["pending"] == result["entries_local"]
    assert not clerk("case", "list", "--json", *opening).json["cases"][0]["uploaded"]


def test_while_the_window_has_the_store_a_writing_command_says_so_and_a_reading_one_works(demo: Demo) -> None:
    owner = FileLock(Path(demo.result["data"]) / "owner.lock")
    assert owner.try_acquire()
    try:
        refused = clerk("sync", "--once", "--json", *demo.opening)
        assert (refused.code, refused.json["error"]["code"]) == (1, "folder_locked")
        assert clerk("case", "list", "--json", *demo.opening).code == 0
    finally:
        owner.release()


def test_a_document_rendered_again_says_so(demo: Demo, tmp_path: Path) -> None:
    number = next(demo.out.glob("*-receipt-*.pdf")).name.split("-")[0]
    out = tmp_path / "again.pdf"
    assert clerk("document", "receipt", "--case", number, "--out", out, *demo.opening).code == 0
    with pypdfium2.PdfDocument(out) as document:
        assert "补打" in document[0].get_textpage().get_text_range()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("case", "show", "0000"), "no_such_case"),
        (("document", "acceptance_notice", "--case", "1", "--out", "x.pdf"), "no_such_case"),
        (("enrol", "no-such-file.json"), "bad_file"),
    ],
)
def test_what_a_user_can_cause_ends_in_one_sentence(demo: Demo, arguments: tuple[str, ...], code: str) -> None:
    as_json = clerk(*arguments, "--json", *demo.opening)
    assert (as_json.code, as_json.json["error"]["code"]) == (1, code)
    plain = clerk(*arguments, *demo.opening)
    assert (plain.code, plain.out, plain.err.count("\n")) == (1, "", 1)


def test_commands_of_later_versions_say_so() -> None:
    for command in ("ready", "backup", "restore"):
        ran = clerk(command, "x", "--json")
        assert (ran.code, ran.json["error"]["code"]) == (1, "not_yet")


def test_a_wrong_call_is_usage_and_exit_code_two() -> None:
    ran = clerk("case", "dance")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
