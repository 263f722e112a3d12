"""`clerk notice` as a script uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clerk_app.bootstrap import create_store
from clerk_app.cli.main import main
from clerk_app.domain import notice_number
from clerk_app.store.folder import DataFolder
from tests.helpers.intake import CHEAP, CLERK, PASSWORD

ANSWERS = {"q.subject": "公司", "q.tobacco": "卖"}


@pytest.fixture
def clerk(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("CLERK_PASSWORD", PASSWORD)
    monkeypatch.setenv("CLERK_STATE_DIR", str(tmp_path / "state"))
    folder = DataFolder(tmp_path / "data", tmp_path / "state")
    with create_store(folder, clerk=CLERK, name="王例", password=PASSWORD, practice=True, cost=CHEAP):
        pass

    def run(noun, *words):
        arguments = [noun, *map(str, words), "--data", str(folder.path), "--clerk", CLERK, "--json"]
        code = main(lambda *_: 0, arguments)
        said = capsys.readouterr()
        assert said.err == ""
        return code, json.loads(said.out)

    return run


def test_a_notice_is_given_rendered_and_opened_again_by_its_number(clerk, tmp_path):
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), "utf-8")
    out = tmp_path / "n.pdf"
    code, told = clerk(
        "notice", "PK01", "--answers", tmp_path / "answers.json", "--without", "B11", "--out", out, "--large"
    )
    assert (code, told["code"], told["name"]) == (0, "PK01", "开办餐饮店一件事")
    assert out.read_bytes().startswith(b"%PDF")
    code, again = clerk("notice", notice_number.grouped(told["number"]))
    assert (code, again["code"], again["answers"], again["without"]) == (0, "PK01", ANSWERS, ["B11"])
    assert (again["other_version"], again["not_on_it"]) == (False, [])
    assert {"M01", "N03"} <= {item["code"] for item in again["items"]}
    code, rendered = clerk("document", "one_time_notice", "--case", told["number"], "--out", tmp_path / "again.pdf")
    assert code == 0
    assert rendered["bytes"] > 10_000


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["P99", "--out", "x.pdf"], "no_such_matter"),
        (["PK99", "--out", "x.pdf"], "no_such_package"),
        (["P31"], "bad_file"),
        (["PK01", "--without", "B05", "--out", "x.pdf"], "not_optional"),
        (["P31", "--answers", "nowhere.json", "--out", "x.pdf"], "bad_answers"),
        (["P31", "--out", "nowhere/x.pdf"], "bad_file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(clerk, tmp_path, monkeypatch, words, code):
    monkeypatch.chdir(tmp_path)
    failed, said = clerk("notice", *words)
    assert (failed, said["error"]["code"]) == (1, code)
