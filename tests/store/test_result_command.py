"""`clerk case result --brings-file`: the data of a result out of a file or standard input, not among the arguments."""

import io
import json
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import pytest

from clerk_app import bootstrap
from clerk_app.errors import BadResultData
from clerk_app.messages import describe
from clerk_app.services.result_data import result_data
from tests.helpers.intake import sign_in_clerk
from tests.helpers.stores import clerk_at, desk_at
from tests.store.test_packages import PLACE, SHOP, taken
from tests.store.test_results import CODE, ESTABLISHED, LICENCE, registration


@pytest.fixture
def granted(tmp_path):
    """A laptop with a registration done at the counter, and its number."""
    laptop = desk_at(tmp_path)
    with closing(laptop.create()) as store:
        desk = replace(bootstrap.make_desk(store, is_online=lambda: True), place=lambda: PLACE)
        return laptop, registration(taken(desk, sign_in_clerk(desk, seal_at_hand=True), "PK01", SHOP)[1]).number


@pytest.fixture
def file(tmp_path):
    def written(content):
        path = tmp_path / "result.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return written


def typed_in(monkeypatch, content):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))


def refused(file, pairs=()):
    with pytest.raises(BadResultData) as refusal:
        result_data(pairs, file)
    said = describe(refusal.value)
    assert said.next_step.endswith("什么都没有登记。")
    return refusal.value.data["reason"], said


def test_the_data_come_from_a_file(granted, file):
    laptop, number = granted
    path = file(json.dumps(LICENCE))
    done = clerk_at(laptop, "case", "result", number, "--number", CODE, "--brings-file", path, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json["data"] == {"统一社会信用代码": CODE, "成立日期": ESTABLISHED}


def test_a_bad_file_is_one_sentence_and_registers_nothing(granted, file):
    laptop, number = granted
    done = clerk_at(laptop, "case", "result", number, "--number", CODE, "--brings-file", file('{"credit_code": 1}'))
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert "“credit_code”不能用" in done.err
    with closing(laptop.open()) as store:
        kinds = [fact.kind for fact in store.reads.facts(f"case/{number[:22]}")]
    assert kinds == ["case.package_taken_in"]


def test_the_data_come_from_standard_input_or_with_the_mark_of_an_editor(monkeypatch, file):
    content = '\ufeff{"credit_code": " 例 "}'
    typed_in(monkeypatch, content.encode())
    assert result_data((), "-") == {"credit_code": "例"}
    assert result_data((), file(content)) == {"credit_code": "例"}


def test_without_a_file_the_arguments_say_it():
    assert result_data([("credit_code", CODE)], None) == {"credit_code": CODE}
    assert result_data([], None) == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '"例"',
        "null",
        '{"a": "1", "a": "2"}',
        "{'a': '1'}",
        "[" * 20_000,
        '{"a": "例"}'.encode("gbk"),
    ],
)
def test_what_is_no_object_in_utf_8_with_each_key_once_is_refused(file, content):
    assert refused(file(content))[0] == "not_json"


@pytest.mark.parametrize("value", [1, None, True, [], {}, "", "  ", "9" * 201])
def test_a_value_that_is_no_short_text_is_told_by_its_key_alone(file, value):
    reason, said = refused(file(json.dumps({"credit_code": CODE, "holder": value})))
    assert reason == "item"
    assert "“holder”" in said.sentence
    assert CODE not in said.line()


@pytest.mark.parametrize("key", ["", "Number", "号", "a b", "a" * 41])
def test_a_key_that_no_result_can_have_is_refused(file, key):
    assert refused(file(json.dumps({key: CODE})))[0] == "item"


def test_a_file_that_cannot_be_read_and_both_at_once_are_refused(tmp_path, file):
    assert refused(str(tmp_path / "none.json"))[0] == "unreadable"
    assert refused(str(tmp_path))[0] == "unreadable"
    assert refused(file('{"a": "1"}'), [("a", "1")])[0] == "both"


def test_help_says_who_can_read_the_arguments(granted):
    help_ = clerk_at(granted[0], "case", "result", "--help").out
    assert "本机别人看得到" in "".join(help_.split())
    assert "--brings-file" in help_
